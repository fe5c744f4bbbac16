// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One page's worth of content. Mappings and pins refer to cells; the model never thinks of frames. */
public final class Cell {
    private final Cell origin;
    private final Set<Long> past = new HashSet<>();
    private final Set<Long> lineageValues;
    /** Values that it may have come into being with instead, when nobody promises which. */
    private final Set<Long> perhaps = new HashSet<>();

    private long value;
    private @Nullable Pin lastDevice;
    private boolean forked;
    private final boolean huge;
    private boolean mirrored;
    private boolean travelled;

    private Cell(@Nullable Cell origin, long value, boolean huge) {
        this.huge = huge;
        this.origin = origin == null ? this : origin;
        this.lineageValues = origin == null ? new HashSet<>() : origin.lineageValues;
        this.value = value;
        lineageValues.add(value);
    }

    static Cell fresh(long value) {
        return new Cell(null, value, false);
    }

    /** Of a page of the pool of huge pages. */
    static Cell huge(long value) {
        return new Cell(null, value, true);
    }

    /** The copy that fork gives the child: old value, new cell. */
    Cell copy() {
        Cell copy = new Cell(origin, value, huge);
        copy.past.addAll(past);
        copy.perhaps.addAll(perhaps);
        copy.forked = true;
        forked = true;
        return copy;
    }

    public long value() {
        return value;
    }

    /** Whether it is a page's of the pool of huge pages. */
    public boolean huge() {
        return huge;
    }

    /** The values that a reader may see. */
    Accepted accepted() {
        Set<Long> all = new HashSet<>(perhaps);
        all.add(value);
        return new Accepted(false, all);
    }

    /** The cell may have come into being with this value instead of the one that the model thinks. */
    void mayBe(long other) {
        if (other != value) {
            perhaps.add(other);
            lineageValues.add(other);
        }
    }

    /** Whether the cell once held a value that it holds no longer. */
    public boolean held(long old) {
        return old != value && past.contains(old);
    }

    /** Whether this cell or one that is related by forks ever held the value. */
    public boolean lineageHeld(long other) {
        return lineageValues.contains(other);
    }

    /** Whether fork copied it and it was not written since. */
    boolean forked() {
        return forked;
    }

    /** Whether anybody wrote it since it came into being. */
    public boolean everWritten() {
        return !past.isEmpty();
    }

    /** Whether two cells go back to one by forks: until one of them is written the kernel may keep them in one frame. */
    public boolean related(Cell other) {
        return origin == other.origin;
    }

    /** What stands for a cell and all its copies by fork. */
    public Object lineage() {
        return origin;
    }

    /** Whether a device wrote last that mirrors the memory. */
    public boolean mirrored() {
        return mirrored;
    }

    /** Whether it was in the memory of a device since it was written last. */
    public boolean travelled() {
        return travelled;
    }

    void travel() {
        travelled = true;
    }

    void writtenByMirror(long newValue) {
        change(newValue);
        lastDevice = null;
        mirrored = true;
    }

    /** The pin through which a device wrote last, if nothing else has written since. */
    public Optional<Pin> lastDevice() {
        return Optional.ofNullable(lastDevice);
    }

    void writtenByTask(long newValue) {
        change(newValue);
        lastDevice = null;
    }

    void writtenByDevice(long newValue, Pin pin) {
        change(newValue);
        lastDevice = pin;
    }

    private void change(long newValue) {
        past.add(value);
        past.addAll(perhaps);
        perhaps.clear();
        lineageValues.add(newValue);
        value = newValue;
        forked = false;
        mirrored = false;
        travelled = false;
    }
}
