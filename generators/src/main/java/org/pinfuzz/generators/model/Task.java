// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Map;
import java.util.OptionalInt;

/** One process or thread: its memory and whether it lives. */
public final class Task {
    private final int number;
    private Memory memory;
    private OptionalInt memlockPages = OptionalInt.empty();
    private boolean alive = true;

    Task(int number, Memory memory) {
        this.number = number;
        this.memory = memory;
    }

    public int number() {
        return number;
    }

    /** The number of its memory: threads share one, and exec gives a task another one. */
    public int memory() {
        return memory.number();
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
        return memory.region(handle);
    }

    public Map<Integer, Region> regions() {
        return memory.regions();
    }

    void exit(Memory nothing) {
        alive = false;
        memory = nothing;
    }

    void exec(Memory fresh) {
        memory = fresh;
    }

    Task forked(int child, int newMemory) {
        Task copy = new Task(child, memory.forked(newMemory));
        copy.memlockPages = memlockPages;
        return copy;
    }

    Task thread(int child) {
        Task copy = new Task(child, memory);
        copy.memlockPages = memlockPages;
        return copy;
    }
}
