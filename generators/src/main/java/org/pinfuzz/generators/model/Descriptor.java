// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/** A descriptor of mempinfd under one name: the file that it stands for and the tasks that have it open. */
public final class Descriptor {
    private final int number;
    private final MempinfdFile file;
    private final Set<Integer> holders = new TreeSet<>();

    Descriptor(int number, MempinfdFile file) {
        this.number = number;
        this.file = file;
    }

    public int number() {
        return number;
    }

    public MempinfdFile file() {
        return file;
    }

    /** The tasks that have it open. */
    public Set<Integer> holders() {
        return Collections.unmodifiableSet(holders);
    }

    void open(int task) {
        if (holders.add(task)) {
            file.opened(1);
        }
    }

    void close(int task) {
        if (holders.remove(task)) {
            file.closed();
        }
    }
}
