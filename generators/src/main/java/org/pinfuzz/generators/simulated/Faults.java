// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.trace.PageFact;

/**
 * What the memory manager does when a page is touched, unshared, moved or copied at fork. It follows do_wp_page,
 * gup_must_unshare, copy_present_page and migrate_folio of current kernels, for single pages.
 */
final class Faults {
    private final Set<Plant> plants;
    private final PhysicalMemory memory;

    Faults(Set<Plant> plants, PhysicalMemory memory) {
        this.plants = plants;
        this.memory = memory;
    }

    /** The frame that a read of a readable page meets; it is present then. */
    Frame read(VirtualPage page) {
        Optional<Frame> present = page.frame();
        if (present.isPresent()) {
            return present.get();
        }
        Optional<Long> swapped = page.swapped();
        if (swapped.isPresent()) {
            return install(page, memory.allocate(swapped.get()));
        }
        Optional<Frame> late = page.lateCopy();
        if (late.isPresent()) {
            return install(page, memory.allocate(late.get().value()));
        }
        return install(page, page.cacheFrame(memory).orElse(memory.zero()));
    }

    /** The frame that a write to a writable page goes to; copies on write where it must. */
    Frame write(VirtualPage page) {
        return page.shared() ? read(page) : own(page);
    }

    /** The frame of a private page, made the task's alone as a write or an unshare does. */
    private Frame own(VirtualPage page) {
        boolean untouched = page.frame().isEmpty()
                && page.swapped().isEmpty()
                && page.lateCopy().isEmpty();
        if (untouched && page.object().isEmpty()) {
            return install(page, memory.allocate(0));
        }
        Frame frame = read(page);
        if (frame.anon() && frame.exclusive()) {
            return frame;
        }
        // wp_can_reuse_anon_folio: with no other reference the page becomes exclusive again.
        if (frame.anon() && frame.refs() == 1) {
            frame.markExclusive(true);
            return frame;
        }
        return install(page, memory.allocate(frame.value()));
    }

    private Frame install(VirtualPage page, Frame frame) {
        page.set(frame, memory);
        return frame;
    }

    /** The frame that a pin of an accessible page gets. */
    Frame forPin(VirtualPage page, boolean write, boolean longTerm) {
        if (write) {
            return write(page);
        }
        Frame frame = read(page);
        return mustUnshare(page, frame, longTerm) ? own(page) : frame;
    }

    /** gup_must_unshare, mm/internal.h. */
    private boolean mustUnshare(VirtualPage page, Frame frame, boolean longTerm) {
        if (page.shared()) {
            return false;
        }
        if (frame.anon()) {
            return !frame.exclusive() && !plants.contains(Plant.READ_PIN_DOES_NOT_UNSHARE);
        }
        Plant missing =
                frame.zero() ? Plant.READ_PIN_OF_ZERO_DOES_NOT_UNSHARE : Plant.READ_PIN_OF_FILE_DOES_NOT_UNSHARE;
        return longTerm && !plants.contains(missing);
    }

    /** Whether the lockless walk could pin the page as it is, without a fault and without moving it. */
    boolean fastPinnable(VirtualPage page, boolean write, boolean longTerm) {
        Optional<Frame> present = page.frame();
        if (present.isEmpty()) {
            return false;
        }
        Frame frame = present.get();
        boolean writableEntry = page.shared() || (frame.anon() && frame.exclusive());
        return (!write || writableEntry)
                && (write || !mustUnshare(page, frame, longTerm))
                && !(longTerm && mustLeaveMovable(frame));
    }

    boolean mustLeaveMovable(Frame frame) {
        return frame.zone() == PageFact.ZONE_MOVABLE && !plants.contains(Plant.LONG_TERM_PIN_STAYS_MOVABLE);
    }

    /** Fork's part for one page of a private or shared mapping. */
    VirtualPage fork(VirtualPage parent) {
        VirtualPage child = parent.forked();
        parent.lateCopy().ifPresent(source -> child.copyLater(source, memory));
        parent.swapped().ifPresent(contents -> child.swapOut(contents, memory));
        Frame frame = parent.frame().orElse(memory.zero());
        if (parent.shared() || !frame.anon()) {
            return child;
        }
        boolean pinned = frame.exclusive() && frame.pinned() && !plants.contains(Plant.FORK_SHARES_PINNED);
        if (!pinned) {
            frame.markExclusive(false);
            child.set(frame, memory);
        } else if (plants.contains(Plant.CHILD_SEES_DEVICE_WRITE)) {
            child.copyLater(frame, memory);
        } else {
            child.set(memory.allocate(frame.value()), memory);
        }
        return child;
    }

    /** MADV_PAGEOUT of one page: reclaim leaves pages that are mapped elsewhere or pinned, and those of files. */
    void pageOut(VirtualPage page) {
        page.frame()
                .filter(frame -> frame.anon()
                        && frame.maps() == 1
                        && (!frame.pinned() || plants.contains(Plant.SWAPPED_OUT_WHILE_PINNED)))
                .ifPresent(frame -> page.swapOut(frame.value(), memory));
    }

    /** Whether migration may move a frame: every reference to it is one that migration can replace. */
    boolean movable(Frame frame) {
        return !frame.zero() && (!frame.pinned() || plants.contains(Plant.MIGRATION_IGNORES_PINS));
    }

    /** Moves a frame's contents and all mappings of it to another frame; pins, if a bug ignores them, stay behind. */
    Frame migrate(Frame frame, int zone, int node, Collection<AddressSpace> tasks) {
        Frame target = memory.allocate(zone, node, frame.cache().orElse(null), frame.value());
        target.markExclusive(frame.anon() && frame.exclusive());
        tasks.stream()
                .flatMap(AddressSpace::pages)
                .filter(page -> page.frame().filter(mapped -> mapped == frame).isPresent())
                .forEach(page -> page.set(target, memory));
        tasks.stream()
                .flatMap(AddressSpace::pages)
                .filter(page ->
                        page.lateCopy().filter(source -> source == frame).isPresent())
                .forEach(page -> page.copyLater(target, memory));
        frame.cache().ifPresent(cache -> {
            cache.replace(frame, target);
            memory.leaveCache(frame);
        });
        return target;
    }
}
