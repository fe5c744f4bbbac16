// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An open file of mempinfd: the ranges that it holds. */
final class MempinfdFile {
    private final List<Range> ranges = new ArrayList<>();
    private int descriptors;

    /** A pinned range and the memory that it was pinned in. */
    record Range(AddressSpace owner, HeldPin pin) {}

    void open() {
        descriptors++;
    }

    /** Answers whether that was the last descriptor. */
    boolean close() {
        return --descriptors == 0;
    }

    List<Range> ranges() {
        return List.copyOf(ranges);
    }

    Optional<Range> startingAt(int region, int first) {
        return ranges.stream()
                .filter(range -> range.pin().region() == region && range.pin().first() == first)
                .findFirst();
    }

    Optional<Range> startingAt(AddressSpace owner, int region, int first) {
        return ranges.stream()
                .filter(range -> range.owner() == owner
                        && range.pin().region() == region
                        && range.pin().first() == first)
                .findFirst();
    }

    void add(Range range) {
        ranges.add(range);
    }

    void remove(Range range) {
        ranges.remove(range);
    }
}
