// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/** One process: its regions and whether it lives. */
public final class Task {
    private final int number;
    private final Map<Integer, Region> regions = new TreeMap<>();
    private int memory;
    private OptionalInt memlockPages = OptionalInt.empty();
    private boolean alive = true;

    Task(int number, int memory) {
        this.number = number;
        this.memory = memory;
    }

    public int number() {
        return number;
    }

    /** The number of its memory: no two tasks have the same, and exec gives it another one. */
    public int memory() {
        return memory;
    }

    /** How many pages it may lock or pin; empty where nothing limits it. */
    public OptionalInt memlockPages() {
        return memlockPages;
    }

    void limitMemlock(int pages) {
        memlockPages = OptionalInt.of(pages);
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

    void exec(int newMemory) {
        memory = newMemory;
        regions.clear();
    }

    Task forked(int child, int newMemory) {
        Task copy = new Task(child, newMemory);
        copy.memlockPages = memlockPages;
        regions.forEach((handle, region) -> copy.regions.put(handle, region.forked()));
        return copy;
    }
}
