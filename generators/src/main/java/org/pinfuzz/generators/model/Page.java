// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One mapped page of a region in one task. */
public final class Page {
    private final boolean shared;
    private final @Nullable SharedObject object;
    private final int index;
    private final boolean hugetlb;
    private Protection protection;
    private boolean dontFork;
    private boolean wipeOnFork;
    private boolean locked;
    private boolean perhapsLocked;
    private boolean resident;
    private boolean guard;
    private boolean mergeable;
    private @Nullable Cell own;
    private boolean uncertain;
    private boolean mayBeGone;
    private @Nullable UffdMode registered;
    private Certainty hole = Certainty.MAYBE;
    private Certainty writeProtected = Certainty.NO;

    /** What fork does with a page. */
    public enum ForkAdvice {
        COPY,
        /** MADV_DONTFORK: the child has nothing there. */
        LEAVE_OUT,
        /** MADV_WIPEONFORK: the child has zeroes there. */
        WIPE
    }

    /** @param hugetlb whether it is a page of 2 MiB from the pool of huge pages */
    Page(boolean shared, @Nullable SharedObject object, int index, Protection protection, boolean hugetlb) {
        this.shared = shared;
        this.object = object;
        this.index = index;
        this.protection = protection;
        this.hugetlb = hugetlb;
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

    public ForkAdvice onFork() {
        if (dontFork) {
            return ForkAdvice.LEAVE_OUT;
        }
        return wipeOnFork ? ForkAdvice.WIPE : ForkAdvice.COPY;
    }

    /** Whether it is a page of 2 MiB from the pool of huge pages. */
    public boolean hugetlb() {
        return hugetlb;
    }

    /** Whether writes to it must be told to a file system with a disk (vma_needs_dirty_tracking, mm/mmap.c). */
    public boolean writesToDisk() {
        return shared && onDisk();
    }

    /** Whether it is of a file of a file system with a disk. */
    public boolean onDisk() {
        return object != null && object.kind() == SharedObject.Kind.DISK;
    }

    /** Whether it is private memory without a file. */
    public boolean privateAnonymous() {
        return !shared && object == null && !hugetlb;
    }

    /** Whether mlock keeps it in memory. */
    public boolean locked() {
        return locked;
    }

    /** Whether mlock has brought it in, so that it stays in memory. */
    public boolean resident() {
        return resident;
    }

    /** Whether mlock may have been refused for it, or not. */
    public boolean perhapsLocked() {
        return perhapsLocked;
    }

    /** Whether a guard stands there: every access faults, whatever the rights (MADV_GUARD_INSTALL). */
    public boolean guard() {
        return guard;
    }

    /** Whether the kernel was asked to merge it with its likes (MADV_MERGEABLE). */
    public boolean mergeable() {
        return mergeable;
    }

    /** Whether two neighbours are certainly told apart by the kernel: they cannot be of one VMA. */
    public boolean unlike(Page other) {
        return registered != other.registered
                || shared != other.shared
                || object != other.object
                || protection != other.protection
                || dontFork != other.dontFork
                || wipeOnFork != other.wipeOnFork
                || locked != other.locked
                || mergeable != other.mergeable;
    }

    /** Whether there is memory behind the page: a mapping can reach past the end of its file. */
    public boolean backed() {
        return object == null || index < object.pages();
    }

    public boolean readable() {
        return backed() && !guard && protection.readable() && missing() != Certainty.YES;
    }

    public boolean writable() {
        return backed()
                && !guard
                && protection.writable()
                && missing() != Certainty.YES
                && writeProtected() != Certainty.YES;
    }

    /** Whether an access that has the right to it may fault nevertheless: nobody can tell whether userfaultfd stops it. */
    public boolean mayFault(boolean write) {
        return missing() == Certainty.MAYBE || (write && writeProtected() == Certainty.MAYBE);
    }

    /** What userfaultfd watches here; empty where the page is not registered. */
    public Optional<UffdMode> registered() {
        return Optional.ofNullable(registered);
    }

    /** Whether nothing is there and userfaultfd is to say what will be: every access faults. */
    public Certainty missing() {
        if (registered != UffdMode.MISSING || there()) {
            return Certainty.NO;
        }
        return hole;
    }

    /** Whether userfaultfd protects it from being written, whatever the rights. */
    public Certainty writeProtected() {
        if (registered != UffdMode.WRITE_PROTECT || writeProtected == Certainty.NO) {
            return Certainty.NO;
        }
        // A page that was merged with its likes has lost the mark.
        return mergeable ? Certainty.MAYBE : writeProtected;
    }

    /** Whether the page table or the file certainly has something here, in memory or swapped out. */
    public boolean there() {
        if (shared) {
            return backed() && object().cell(index).everWritten();
        }
        return own != null && !uncertain && !mayBeGone;
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
        mayBeGone = false;
        if (shared) {
            object().cell(index).writtenByTask(value);
        } else {
            makeOwned().writtenByTask(value);
        }
    }

    private Cell freshCell() {
        long value = cell().map(Cell::value).orElse(0L);
        return hugetlb ? Cell.huge(value) : Cell.fresh(value);
    }

    /** The same by a device that mirrors the memory. */
    void writeByMirror(long value) {
        mayBeGone = false;
        (shared ? object().cell(index) : makeOwned()).writtenByMirror(value);
    }

    /** What the page holds is in a device's memory now. */
    void travel() {
        makeOwned().travel();
    }

    /** Gives a private page its own cell, with the value that it reads now. */
    Cell makeOwned() {
        if (own == null) {
            own = freshCell();
        } else if (uncertain) {
            maybeFromFile(own);
        }
        uncertain = false;
        return own;
    }

    /** A fault as by a write, unless userfaultfd stops it. */
    void faultIn() {
        if (shared || missing() == Certainty.YES) {
            return;
        }
        if (mayFault(true)) {
            makeUncertain();
        } else {
            makeOwned();
        }
    }

    /** The page may have got its own cell or not. */
    void makeUncertain() {
        if (shared) {
            return;
        }
        if (own == null) {
            own = freshCell();
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
            mayBeGone = false;
            hole = privateAnonymous() ? Certainty.YES : Certainty.MAYBE;
        }
        // What maps a file keeps the mark without a page, where the kernel can (pte markers).
        forgetProtection(privateAnonymous());
    }

    private void forgetProtection(boolean certainly) {
        if (writeProtected != Certainty.NO) {
            writeProtected = certainly ? Certainty.NO : Certainty.MAYBE;
        }
    }

    void pageOut() {
        if (!privateAnonymous()) {
            forgetProtection(false);
        }
    }

    /** @param found whether the page table has nothing here */
    void register(UffdMode mode, Certainty found, Certainty marked) {
        registered = mode;
        // What a page table does not have, a file may; and a file loses what nobody wrote.
        hole = privateAnonymous() ? found : Certainty.MAYBE;
        writeProtected = marked;
    }

    void setWriteProtected(Certainty changed) {
        writeProtected = changed;
    }

    /** UFFDIO_ZEROPAGE put a page of zeroes where nothing was. */
    void fillWithZero() {
        if (shared) {
            return;
        }
        hole = Certainty.NO;
        mayBeGone = false;
        uncertain = object != null;
        own = object == null ? null : Cell.fresh(0);
    }

    /** Takes what another page holds, which has nothing then (UFFDIO_MOVE). */
    void take(Page from) {
        own = from.own;
        uncertain = from.uncertain;
        mayBeGone = from.mayBeGone;
        hole = Certainty.NO;
        from.discard();
    }

    void protect(Protection changed) {
        protection = changed;
    }

    void setDontFork(boolean changed) {
        dontFork = changed;
    }

    void setWipeOnFork(boolean changed) {
        wipeOnFork = changed;
    }

    void setLocked(boolean changed) {
        locked = changed;
        perhapsLocked = false;
        resident = false;
    }

    void setResident() {
        resident = locked;
    }

    void setPerhapsLocked() {
        perhapsLocked = !locked;
    }

    void setGuard(boolean changed) {
        guard = changed;
    }

    void setMergeable(boolean changed) {
        mergeable = changed;
    }

    /** The kernel may drop what a private page holds, until it is written again. */
    void offerToFree() {
        if (own != null) {
            own.mayBe(0);
            // What was swapped out is dropped at once: a pin then meets the zero page.
            uncertain = true;
        }
        mayBeGone = true;
        hole = Certainty.MAYBE;
        forgetProtection(false);
    }

    /** What the child has of it. */
    Page forked() {
        Page copy = sibling(index);
        copy.setLocked(false);
        copy.unregister();
        copy.mayBeGone = mayBeGone;
        if (onFork() == ForkAdvice.COPY) {
            copy.uncertain = uncertain;
            copy.own = own == null ? null : own.copy();
        } else {
            copy.guard = false;
        }
        return copy;
    }

    /** A page of the same mapping that nobody has touched, {@code distance} pages further. */
    Page next(int distance) {
        Page next = sibling(index + distance);
        next.guard = false;
        return next;
    }

    /** What stays behind where a page was moved away: the mapping, without its own content. */
    Page leftBehind() {
        Page left = sibling(index);
        left.setLocked(false);
        left.guard = false;
        return left;
    }

    /** A mapping that moves away or is copied belongs to no userfaultfd: ours asks for no such events. */
    void unregister() {
        registered = null;
        writeProtected = Certainty.NO;
    }

    private Page sibling(int at) {
        Page sibling = new Page(shared, object, at, protection, hugetlb);
        sibling.dontFork = dontFork;
        sibling.wipeOnFork = wipeOnFork;
        sibling.locked = locked;
        sibling.perhapsLocked = perhapsLocked;
        sibling.guard = guard;
        sibling.mergeable = mergeable;
        sibling.registered = registered;
        sibling.hole = privateAnonymous() ? Certainty.YES : Certainty.MAYBE;
        sibling.writeProtected = privateAnonymous() ? Certainty.NO : writeProtected;
        sibling.forgetProtection(false);
        return sibling;
    }

    private SharedObject object() {
        if (object == null) {
            throw new IllegalStateException("a shared page without an object");
        }
        return object;
    }
}
