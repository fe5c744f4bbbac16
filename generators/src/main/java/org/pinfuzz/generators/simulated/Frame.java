// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pinfuzz.generators.trace.PageFact;

/** One page frame with its counts. References follow Linux: one a mapping, one of the page cache, 1024 a pin. */
final class Frame {
    /** GUP_PIN_COUNTING_BIAS, include/linux/mm.h. */
    private static final int PIN_BIAS = 1024;

    private final long pfn;
    private final int zone;
    private final int node;
    private final boolean zero;
    private final int migratetype;
    private long value;
    private boolean anon;
    private boolean exclusive;
    private @Nullable SharedPages cache;
    private int maps;
    private int pins;
    private boolean free;

    Frame(long pfn, int zone, int node, boolean zero, int migratetype) {
        this.pfn = pfn;
        this.zone = zone;
        this.node = node;
        this.zero = zero;
        this.migratetype = migratetype;
    }

    long pfn() {
        return pfn;
    }

    int zone() {
        return zone;
    }

    int node() {
        return node;
    }

    boolean zero() {
        return zero;
    }

    long value() {
        return value;
    }

    void store(long stored) {
        value = stored;
    }

    boolean anon() {
        return anon;
    }

    boolean exclusive() {
        return exclusive;
    }

    void markExclusive(boolean marked) {
        exclusive = marked;
    }

    int maps() {
        return maps;
    }

    boolean pinned() {
        return pins > 0;
    }

    boolean free() {
        return free;
    }

    /** Whether nothing but pins can hold it any more. */
    boolean unused() {
        return maps == 0 && cache == null;
    }

    int refs() {
        return zero ? 1 : maps + pins * PIN_BIAS + (cache == null ? 0 : 1);
    }

    /** Hands a free frame out again: to a page cache, or as an anonymous page of one task. */
    void allocate(@Nullable SharedPages owner, long contents) {
        free = false;
        cache = owner;
        anon = owner == null;
        exclusive = owner == null;
        value = contents;
    }

    /** The page cache that it belongs to. */
    Optional<SharedPages> cache() {
        return Optional.ofNullable(cache);
    }

    void markFree() {
        free = true;
        anon = false;
        exclusive = false;
        pins = 0;
    }

    void map() {
        if (!zero) {
            maps++;
        }
    }

    void unmap() {
        if (!zero) {
            maps--;
        }
    }

    void leaveCache() {
        cache = null;
    }

    /** Pins of the zero page are not counted (is_zero_page in try_grab_folio, from 6.5). */
    void pin() {
        if (!zero) {
            pins++;
        }
    }

    void unpin() {
        if (pins > 0) {
            pins--;
        }
    }

    PageFact fact() {
        int flags = bit(PageFact.Flag.VALID, true)
                | bit(PageFact.Flag.ANON, anon)
                | bit(PageFact.Flag.EXCLUSIVE, anon && exclusive)
                | bit(PageFact.Flag.SHARED, maps > 1)
                | bit(PageFact.Flag.MAYBE_PINNED, refs() >= PIN_BIAS)
                | bit(PageFact.Flag.ZERO, zero);
        return new PageFact(pfn, flags, refs(), refs() / PIN_BIAS, maps, zone, migratetype, node);
    }

    private static int bit(PageFact.Flag flag, boolean set) {
        return set ? 1 << flag.ordinal() : 0;
    }
}
