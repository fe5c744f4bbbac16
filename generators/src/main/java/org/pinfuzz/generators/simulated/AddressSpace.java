// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.pinfuzz.generators.model.Region;

/** The memory of one task: pages by region and number. */
final class AddressSpace {
    private final Map<Integer, Map<Integer, VirtualPage>> regions = new TreeMap<>();

    Optional<VirtualPage> page(int region, int page) {
        return page < Region.MAX_PAGES
                ? Optional.ofNullable(regions.getOrDefault(region, Map.of()).get(page))
                : Optional.empty();
    }

    boolean mapped(int region) {
        return !regions.getOrDefault(region, Map.of()).isEmpty();
    }

    void map(int region, int page, VirtualPage mapped) {
        regions.computeIfAbsent(region, unused -> new TreeMap<>()).put(page, mapped);
    }

    void unmap(int region, int page, PhysicalMemory memory) {
        VirtualPage gone = regions.getOrDefault(region, new TreeMap<>()).remove(page);
        if (gone != null) {
            gone.unmap(memory);
        }
    }

    Map<Integer, Map<Integer, VirtualPage>> regions() {
        return regions;
    }

    Stream<VirtualPage> pages() {
        return regions.values().stream().flatMap(pages -> pages.values().stream());
    }
}
