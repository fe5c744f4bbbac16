// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One mapped page of a region in one task. */
public final class Page {
    private final boolean shared;
    private final @Nullable SharedObject object;
    private final int index;
    private Protection protection;
    private boolean dontFork;
    private @Nullable Cell own;
    private boolean uncertain;

    Page(boolean shared, @Nullable SharedObject object, int index, Protection protection) {
        this.shared = shared;
        this.object = object;
        this.index = index;
        this.protection = protection;
    }

    public boolean shared() {
        return shared;
    }

    public Protection protection() {
        return protection;
    }

    /** Whether the page is a private one with a cell of its own. */
    public boolean owned() {
        return own != null;
    }

    /** Whether the page may be owned or not, because the kernel promises neither. */
    public boolean uncertain() {
        return uncertain;
    }

    public boolean dontFork() {
        return dontFork;
    }

    /** Whether there is memory behind the page: a mapping can reach past the end of its file. */
    public boolean backed() {
        return object == null || index < object.pages();
    }

    public boolean readable() {
        return backed() && protection.readable();
    }

    public boolean writable() {
        return backed() && protection.writable();
    }

    /** What kind of page a pin or a reader meets here now. */
    public PageKind kind() {
        if (shared) {
            return PageKind.SHARED;
        }
        if (own != null && !uncertain) {
            return own.forked() ? PageKind.FORKED : PageKind.ANON;
        }
        return object == null ? PageKind.ZERO : PageKind.FILE;
    }

    /** The cell that a reader sees; empty for the zero page, which has none. */
    public Optional<Cell> cell() {
        if (own != null) {
            return Optional.of(own);
        }
        return object == null || !backed() ? Optional.empty() : Optional.of(object.cell(index));
    }

    /** The cell of the file behind the page. */
    Optional<Cell> fileCell() {
        return object == null || !backed() ? Optional.empty() : Optional.of(object.cell(index));
    }

    /** The values that a reader may see. */
    public Accepted accepted() {
        Accepted current = cell().map(Cell::accepted).orElse(Accepted.exactly(0));
        Optional<Cell> file = uncertain ? fileCell() : Optional.empty();
        return file.map(cell -> current.or(cell.value())).orElse(current);
    }

    void write(long value) {
        if (shared) {
            object().cell(index).writtenByTask(value);
        } else {
            makeOwned().writtenByTask(value);
        }
    }

    /** Gives a private page its own cell, with the value that it reads now. */
    Cell makeOwned() {
        if (own == null) {
            own = Cell.fresh(cell().map(Cell::value).orElse(0L));
        } else if (uncertain) {
            maybeFromFile(own);
        }
        uncertain = false;
        return own;
    }

    /** The page may have got its own cell or not. */
    void makeUncertain() {
        if (shared) {
            return;
        }
        if (own == null) {
            own = Cell.fresh(cell().map(Cell::value).orElse(0L));
            uncertain = true;
        } else if (uncertain) {
            maybeFromFile(own);
        }
    }

    /** If the page was not owned until now, its cell starts with what the file holds now. */
    private void maybeFromFile(Cell cell) {
        fileCell().ifPresent(file -> cell.mayBe(file.value()));
    }

    void discard() {
        if (!shared) {
            own = null;
            uncertain = false;
        }
    }

    void protect(Protection changed) {
        protection = changed;
    }

    void setDontFork(boolean changed) {
        dontFork = changed;
    }

    Page forked() {
        Page copy = new Page(shared, object, index, protection);
        copy.uncertain = uncertain;
        copy.own = own == null ? null : own.copy();
        return copy;
    }

    private SharedObject object() {
        if (object == null) {
            throw new IllegalStateException("a shared page without an object");
        }
        return object;
    }
}
