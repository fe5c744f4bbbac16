// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

/**
 * What the guest said of one page frame after a step.
 *
 * @param pfn number of the frame
 * @param flags bits of {@link Flag}
 * @param refs references of its folio, -1 where unknown (no module)
 * @param pins pins of its folio as the kernel counts them, -1 where unknown
 * @param maps page tables that map it, -1 where unknown
 * @param zone index into {@link #ZONES}, 255 unknown
 * @param migratetype index into {@link #MIGRATETYPES}, 255 unknown
 * @param node NUMA node
 * @param order how many pages its folio has, as a power of two; 0 where unknown
 */
public record PageFact(
        long pfn, int flags, int refs, int pins, int maps, int zone, int migratetype, int node, int order) {
    public static final int ZONE_MOVABLE = 3;
    public static final int MIGRATETYPE_CMA = 4;
    public static final java.util.List<String> ZONES = java.util.List.of("DMA", "DMA32", "Normal", "Movable", "Device");
    public static final java.util.List<String> MIGRATETYPES =
            java.util.List.of("Unmovable", "Movable", "Reclaimable", "HighAtomic", "CMA", "Isolate");

    /** A property of a page frame; the ordinal is the bit of the module's interface. */
    public enum Flag {
        VALID,
        ANON,
        EXCLUSIVE,
        SHARED,
        KSM,
        HUGE,
        HUGETLB,
        MAYBE_PINNED,
        ZERO,
        MLOCKED,
        /** It has a place in the swap device, or had one until lately. */
        SWAPCACHE,
        /** Taken out of use. */
        POISONED,
        /** In the memory of a device. */
        DEVICE
    }

    /** A page of its own. */
    public PageFact(long pfn, int flags, int refs, int pins, int maps, int zone, int migratetype, int node) {
        this(pfn, flags, refs, pins, maps, zone, migratetype, node, 0);
    }

    public boolean is(Flag flag) {
        return (flags & (1 << flag.ordinal())) != 0;
    }

    public String zoneName() {
        return zone < ZONES.size() ? ZONES.get(zone) : "unknown";
    }

    public String migratetypeName() {
        return migratetype < MIGRATETYPES.size() ? MIGRATETYPES.get(migratetype) : "unknown";
    }

    /** The facts in one line, for people. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        text.append("pfn ").append(Long.toHexString(pfn)).append(" zone ").append(zoneName());
        text.append(" node ").append(node);
        if (migratetype == MIGRATETYPE_CMA) {
            text.append(" of CMA");
        }
        for (Flag flag : Flag.values()) {
            if (flag != Flag.VALID && is(flag)) {
                text.append(' ')
                        .append(flag.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
            }
        }
        if (order > 0) {
            text.append(" order ").append(order);
        }
        if (refs >= 0) {
            text.append(" refs ")
                    .append(refs)
                    .append(" pins ")
                    .append(pins)
                    .append(" maps ")
                    .append(maps);
        }
        return text.toString();
    }
}
