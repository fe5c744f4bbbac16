// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One mapped page of a task: its rights, what is behind it, and its page table entry. */
final class VirtualPage {
    /** Rights, in the order of the operations' constants. */
    static final int READ_WRITE = 0;

    static final int READ = 1;

    private static final long PRESENT = 1L << 63;
    private static final long SWAPPED = 1L << 62;
    private static final long FILE_OR_SHARED = 1L << 61;

    private final boolean shared;
    private final @Nullable SharedPages object;
    private final int index;
    private int protection;
    private boolean dontFork;
    private @Nullable Frame frame;
    private @Nullable Frame lateCopy;
    private @Nullable Long swapped;

    VirtualPage(boolean shared, @Nullable SharedPages object, int index, int protection) {
        this.shared = shared;
        this.object = object;
        this.index = index;
        this.protection = protection;
        if (object != null) {
            object.map();
        }
    }

    boolean shared() {
        return shared;
    }

    int protection() {
        return protection;
    }

    void protect(int changed) {
        protection = changed;
    }

    boolean dontFork() {
        return dontFork;
    }

    void setDontFork(boolean changed) {
        dontFork = changed;
    }

    boolean readable() {
        return backed() && protection <= READ;
    }

    boolean writable() {
        return backed() && protection == READ_WRITE;
    }

    /** Whether there is memory behind the page: a mapping can reach past the end of its file. */
    boolean backed() {
        return object == null || index < object.pages();
    }

    Optional<Frame> frame() {
        return Optional.ofNullable(frame);
    }

    /** The page cache's frame behind a backed page; empty for private anonymous memory. */
    Optional<Frame> cacheFrame(PhysicalMemory memory) {
        return object == null ? Optional.empty() : Optional.of(object.frame(index, memory));
    }

    void set(Frame mapped, PhysicalMemory memory) {
        mapped.map();
        clear(memory);
        frame = mapped;
    }

    /** Drops the page table entry. */
    void clear(PhysicalMemory memory) {
        Frame old = frame;
        Frame source = lateCopy;
        frame = null;
        lateCopy = null;
        swapped = null;
        if (old != null) {
            memory.unmap(old);
        }
        if (source != null) {
            memory.unmap(source);
        }
    }

    /** Drops the page table entry and keeps what the page holds in swap. */
    void swapOut(long contents, PhysicalMemory memory) {
        clear(memory);
        swapped = contents;
    }

    /** What the page holds in swap, if it is there. */
    Optional<Long> swapped() {
        return Optional.ofNullable(swapped);
    }

    void unmap(PhysicalMemory memory) {
        clear(memory);
        if (object != null) {
            object.unmap(memory);
        }
    }

    Optional<SharedPages> object() {
        return Optional.ofNullable(object);
    }

    /** The frame that a planted bug still has to copy for this page. */
    Optional<Frame> lateCopy() {
        return Optional.ofNullable(lateCopy);
    }

    void copyLater(Frame source, PhysicalMemory memory) {
        source.map();
        clear(memory);
        lateCopy = source;
    }

    /** The child's page, with nothing present yet. */
    VirtualPage forked() {
        return new VirtualPage(shared, object, index, protection);
    }

    /** The entry of pagemap. */
    long entry() {
        Frame mapped = frame;
        if (mapped == null) {
            return swapped == null ? 0 : SWAPPED;
        }
        return PRESENT | (mapped.anon() || mapped.zero() ? 0 : FILE_OR_SHARED) | mapped.pfn();
    }
}
