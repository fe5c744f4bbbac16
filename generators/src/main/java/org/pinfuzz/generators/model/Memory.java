// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** One memory (mm): its regions. Threads share one; fork copies it, and exec begins another one. */
public final class Memory {
    private final int number;
    private final Map<Integer, Region> regions = new TreeMap<>();

    Memory(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The slot of a region; empty of pages where nothing was ever mapped. */
    public Region region(int handle) {
        return regions.computeIfAbsent(handle, unused -> new Region());
    }

    public Map<Integer, Region> regions() {
        return Collections.unmodifiableMap(regions);
    }

    Memory forked(int newNumber) {
        Memory copy = new Memory(newNumber);
        regions.forEach((handle, region) -> copy.regions.put(handle, region.forked()));
        return copy;
    }
}
