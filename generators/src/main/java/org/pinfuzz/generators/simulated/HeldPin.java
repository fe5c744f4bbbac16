// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Pinned frames and the descriptor that holds them. */
final class HeldPin {
    private final int number;
    private final boolean write;
    private final boolean ioUring;
    private final int maker;
    private final int region;
    private final int first;
    private final List<Frame> frames;
    private final Set<Integer> descriptors = new TreeSet<>();
    private boolean ended;

    HeldPin(int number, boolean write, boolean ioUring, int maker, int region, int first, List<Frame> frames) {
        this.number = number;
        this.write = write;
        this.ioUring = ioUring;
        this.maker = maker;
        this.region = region;
        this.first = first;
        this.frames = List.copyOf(frames);
        descriptors.add(maker);
    }

    int number() {
        return number;
    }

    boolean write() {
        return write;
    }

    boolean ioUring() {
        return ioUring;
    }

    int maker() {
        return maker;
    }

    int region() {
        return region;
    }

    int first() {
        return first;
    }

    List<Frame> frames() {
        return frames;
    }

    /** The tasks that have its own descriptor; none has one of mempinfd's pins. */
    Set<Integer> descriptors() {
        return descriptors;
    }

    /** The same pin, held by an open file of mempinfd instead of a descriptor of its own. */
    HeldPin ofMempinfd() {
        descriptors.clear();
        return this;
    }

    boolean live() {
        return !ended;
    }

    void close(int task, PhysicalMemory memory) {
        if (descriptors.remove(task) && descriptors.isEmpty()) {
            end(memory);
        }
    }

    void end(PhysicalMemory memory) {
        if (!ended) {
            ended = true;
            frames.forEach(memory::unpin);
        }
    }
}
