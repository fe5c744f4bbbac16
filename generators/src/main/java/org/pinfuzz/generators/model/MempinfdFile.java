// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open file of mempinfd: the pins that were made through it, kept until they are undone or its last descriptor is
 * closed. A pin is known by the memory that made it and by its first page.
 */
public final class MempinfdFile {
    private final List<Pin> pins = new ArrayList<>();
    private int descriptors;

    /** The pins that it holds now. */
    public List<Pin> pins() {
        return pins.stream().filter(Pin::live).toList();
    }

    /** The pin that a memory made, starting at a page. */
    public Optional<Pin> pinOf(int memory, int region, int first) {
        return pins().stream()
                .filter(pin -> pin.memory() == memory && pin.startsAt(region, first))
                .findFirst();
    }

    /** A pin that starts at a page and that another memory made. */
    public Optional<Pin> pinOfOthers(int memory, int region, int first) {
        return pins().stream()
                .filter(pin -> pin.memory() != memory && pin.startsAt(region, first))
                .findFirst();
    }

    boolean open() {
        return descriptors > 0;
    }

    void opened(int more) {
        descriptors += more;
    }

    void closed() {
        descriptors--;
    }

    void add(Pin pin) {
        pins.add(pin);
    }
}
