// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One page of a pin: the cell that it keeps, whatever happens to the mapping. */
public final class PinnedPage {
    private final PageKind kind;
    private final @Nullable Cell cell;
    private final @Nullable Cell alternative;
    private final boolean coherent;
    private final long pfn;
    private @Nullable Place place;
    private boolean protectionChanged;
    private boolean pagedOut;
    private boolean diverged;
    private boolean released;
    private boolean unmapped;

    /**
     * @param kind what was pinned
     * @param cell the cell; null for the zero page when no coherence is promised by any version
     * @param alternative the file's cell, where the kernel may have pinned that one instead as long as nobody writes
     * @param coherent whether pin and mapping are meant to stay one
     * @param place where it was mapped; null where it was pinned through no mapping
     * @param pfn the frame as the guest saw it, 0 where nobody looked
     */
    PinnedPage(
            PageKind kind,
            @Nullable Cell cell,
            @Nullable Cell alternative,
            boolean coherent,
            @Nullable Place place,
            long pfn) {
        this.kind = requireNonNull(kind, "kind is null");
        this.cell = cell;
        this.alternative = alternative;
        this.coherent = coherent;
        this.place = place;
        this.pfn = pfn;
    }

    public PageKind kind() {
        return kind;
    }

    public Optional<Cell> cell() {
        return Optional.ofNullable(cell);
    }

    /** Whether any kernel version promises that device and owner stay coherent. */
    public boolean coherent() {
        return coherent;
    }

    public long pfn() {
        return pfn;
    }

    /** Whether the owner's mapping has stayed since the pin. */
    public boolean mapped() {
        return place != null;
    }

    /** Where the owner has it mapped; empty once that mapping is gone. */
    public Optional<Place> place() {
        return Optional.ofNullable(place);
    }

    /** Whether mprotect changed the page since the pin: kernels before 5.19 could lose coherence by that. */
    public boolean protectionChanged() {
        return protectionChanged;
    }

    /** Whether it was asked to be swapped out since the pin: kernels before 5.19 could lose coherence by that. */
    public boolean pagedOut() {
        return pagedOut;
    }

    /** Whether the mapping was already seen on another frame. */
    public boolean diverged() {
        return diverged;
    }

    /** Whether it was unpinned, and others of its pin were not. */
    public boolean released() {
        return released;
    }

    void release() {
        released = true;
        place = null;
    }

    void unmap() {
        unmapped |= place != null;
        place = null;
    }

    void moveTo(Place moved) {
        place = moved;
    }

    void changeProtection() {
        protectionChanged = true;
    }

    void pageOut() {
        pagedOut = true;
    }

    /** Remembers that the mapping was seen on another frame, so that it is reported once. */
    public void markDiverged() {
        diverged = true;
    }

    /**
     * Whether a plain reference that keeps no cell shows what only the other side of a fork wrote. What is not coherent may
     * show anything of its own side.
     */
    public boolean leaks(long observed) {
        return !coherent
                && !released
                && kind.owned()
                && cell != null
                && cell.value() != observed
                && cell.lineageHeld(observed)
                && !cell.held(observed);
    }

    /** Whether it was mapped once, and is so no longer. */
    public boolean unmapped() {
        return unmapped;
    }

    /** The values that a device may read here. */
    public Accepted accepted() {
        if (!coherent || diverged || released || cell == null) {
            return Accepted.ANYTHING;
        }
        return alternative != null && !cell.everWritten() ? cell.accepted().or(alternative.value()) : cell.accepted();
    }
}
