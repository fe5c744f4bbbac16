// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Map;
import java.util.TreeMap;

/** One process: its regions and whether it lives. */
public final class Task {
    private final int number;
    private final Map<Integer, Region> regions = new TreeMap<>();
    private boolean alive = true;

    Task(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    public boolean alive() {
        return alive;
    }

    /** The slot of a region; empty of pages where the task never mapped it. */
    public Region region(int handle) {
        return regions.computeIfAbsent(handle, unused -> new Region());
    }

    public Map<Integer, Region> regions() {
        return java.util.Collections.unmodifiableMap(regions);
    }

    void exit() {
        alive = false;
        regions.clear();
    }

    Task forked(int child) {
        Task copy = new Task(child);
        regions.forEach((handle, region) -> copy.regions.put(handle, region.forked()));
        return copy;
    }
}
