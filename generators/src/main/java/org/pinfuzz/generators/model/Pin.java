// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Pinned pages and the descriptor that owns them. */
public final class Pin {
    private final int number;
    private final PinMode mode;
    private final int maker;
    private final int memory;
    private final int region;
    private final int first;
    private final List<PinnedPage> pages = new ArrayList<>();
    private final @Nullable MempinfdFile file;
    private final Set<Integer> holders = new TreeSet<>();
    private boolean spent;

    /**
     * @param memory the maker's memory at the time: exec gives a task another one
     * @param file the file of mempinfd that holds it; null where it has a descriptor of its own
     */
    Pin(int number, PinMode mode, int maker, int memory, int region, int first, @Nullable MempinfdFile file) {
        this.number = number;
        this.mode = requireNonNull(mode, "mode is null");
        this.maker = maker;
        this.memory = memory;
        this.file = file;
        this.region = region;
        this.first = first;
        if (file == null) {
            holders.add(maker);
        } else {
            file.add(this);
        }
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

    /** The memory in which the pages were pinned. */
    public int memory() {
        return memory;
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

    /** The pages that were not released singly. */
    public List<PinnedPage> held() {
        return pages.stream().filter(page -> !page.released()).toList();
    }

    /** Whether pages are pinned through it now. */
    public boolean live() {
        return !spent && (file == null ? !holders.isEmpty() : file.open());
    }

    /** Whether the task has the pin's own descriptor and the pin is not spent; never so of mempinfd's pins. */
    public boolean usableBy(int task) {
        return live() && holders.contains(task);
    }

    boolean startsAt(int ofRegion, int page) {
        return region == ofRegion && first == page;
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
