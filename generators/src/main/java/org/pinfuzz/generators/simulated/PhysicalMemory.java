// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pinfuzz.generators.trace.PageFact;

/** The frames of two nodes, each with a normal and a movable zone, and the kernel's counters of pins. */
final class PhysicalMemory {
    static final int ZONE_NORMAL = PageFact.ZONES.indexOf("Normal");

    private static final int MOVABLE = PageFact.MIGRATETYPES.indexOf("Movable");
    private static final int NODES = 2;
    private static final long ZERO_PFN = 0x1a00;
    /** First frame of a zone; zones lie far apart so that a number tells the zone. */
    private static final long ZONE_PFNS = 0x10000;

    private final Set<Plant> plants;
    private final Frame zero = new Frame(ZERO_PFN, ZONE_NORMAL, 0, true, MOVABLE);
    private final Map<Long, Frame> frames = new TreeMap<>();
    private final List<Deque<Frame>> freeLists;
    private final long[] nextPfn;
    private int acquired;
    private int released;

    PhysicalMemory(Set<Plant> plants) {
        this.plants = plants;
        int lists = NODES * (PageFact.ZONE_MOVABLE + 1);
        freeLists = java.util.stream.IntStream.range(0, lists)
                .<Deque<Frame>>mapToObj(unused -> new ArrayDeque<>())
                .toList();
        nextPfn = new long[lists];
        for (int i = 0; i < lists; i++) {
            nextPfn[i] = (i + 1) * ZONE_PFNS;
        }
    }

    Frame zero() {
        return zero;
    }

    /** Pins taken and not given back, as the kernel counts them. */
    int outstandingPins() {
        return acquired - released;
    }

    Optional<Frame> frame(long pfn) {
        return pfn == zero.pfn() ? Optional.of(zero) : Optional.ofNullable(frames.get(pfn));
    }

    /** All frames in use, by number. */
    List<Frame> inUse() {
        return frames.values().stream().filter(frame -> !frame.free()).toList();
    }

    /** A fresh anonymous page: in the movable zone of the first node, as all pages of users. */
    Frame allocate(long contents) {
        return allocate(PageFact.ZONE_MOVABLE, 0, null, contents);
    }

    /** A fresh page of a page cache, filled with zero. */
    Frame allocate(SharedPages owner) {
        return allocate(PageFact.ZONE_MOVABLE, 0, owner, 0);
    }

    /** The frame that was freed last comes first, as from the kernel's per-cpu lists. */
    Frame allocate(int zone, int node, @Nullable SharedPages owner, long contents) {
        int list = node * (PageFact.ZONE_MOVABLE + 1) + zone;
        Frame frame = freeLists.get(list).pollFirst();
        if (frame == null) {
            boolean cma = zone == ZONE_NORMAL && plants.contains(Plant.LONG_TERM_PIN_GOES_TO_CMA);
            frame = new Frame(nextPfn[list]++, zone, node, false, cma ? PageFact.MIGRATETYPE_CMA : MOVABLE);
            frames.put(frame.pfn(), frame);
        }
        frame.allocate(owner, contents);
        return frame;
    }

    void pin(Frame frame) {
        frame.pin();
        if (!frame.zero()) {
            acquired++;
        }
    }

    void unpin(Frame frame) {
        if (!frame.zero()) {
            released++;
            frame.unpin();
            freeUnused(frame);
        }
    }

    void unmap(Frame frame) {
        frame.unmap();
        freeUnused(frame);
    }

    void leaveCache(Frame frame) {
        frame.leaveCache();
        freeUnused(frame);
    }

    private void freeUnused(Frame frame) {
        boolean held = frame.pinned() && !plants.contains(Plant.FREED_WHILE_PINNED);
        if (frame.zero() || frame.free() || !frame.unused() || held) {
            return;
        }
        frame.markFree();
        freeLists.get(frame.node() * (PageFact.ZONE_MOVABLE + 1) + frame.zone()).addFirst(frame);
    }
}
