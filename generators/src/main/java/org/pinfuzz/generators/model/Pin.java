// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Pinned pages and the descriptor that owns them. */
public final class Pin {
    private final int number;
    private final PinMode mode;
    private final int maker;
    private final int region;
    private final int first;
    private final List<PinnedPage> pages = new ArrayList<>();
    private final Set<Integer> holders = new TreeSet<>();
    private boolean spent;

    Pin(int number, PinMode mode, int maker, int region, int first) {
        this.number = number;
        this.mode = requireNonNull(mode, "mode is null");
        this.maker = maker;
        this.region = region;
        this.first = first;
        holders.add(maker);
    }

    public int number() {
        return number;
    }

    public PinMode mode() {
        return mode;
    }

    /** The task in whose memory the pages were pinned. */
    public int maker() {
        return maker;
    }

    public int region() {
        return region;
    }

    /** The first pinned page of the region. */
    public int first() {
        return first;
    }

    public List<PinnedPage> pages() {
        return Collections.unmodifiableList(pages);
    }

    /** Whether pages are pinned through it now. */
    public boolean live() {
        return !spent && !holders.isEmpty();
    }

    /** Whether the task has the descriptor and the pin is not spent. */
    public boolean usableBy(int task) {
        return live() && holders.contains(task);
    }

    void add(PinnedPage page) {
        pages.add(page);
    }

    void inherit(int parent, int child) {
        if (holders.contains(parent)) {
            holders.add(child);
        }
    }

    void drop(int task) {
        holders.remove(task);
    }

    void spend() {
        spent = true;
    }
}
