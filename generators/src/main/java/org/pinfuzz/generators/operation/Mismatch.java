// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pinfuzz.generators.model.Accepted;
import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.PageKind;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;

/**
 * A value that the model does not accept.
 *
 * @param reader who read it, for people: {@code t0 r1 page 2}, {@code device through k0 page 1}
 * @param cell the cell that should have been read; null for the zero page
 * @param kind what kind of page was read
 * @param pin the pin through which it was read; null for an access by a task
 * @param pinned the page of that pin; null for an access by a task
 * @param accepted what was allowed
 * @param observed what was read
 * @param mirror whether a device read it that mirrors the task's memory
 */
public record Mismatch(
        String reader,
        @Nullable Cell cell,
        PageKind kind,
        @Nullable Pin pin,
        @Nullable PinnedPage pinned,
        Accepted accepted,
        long observed,
        boolean mirror) {
    public Mismatch {
        requireNonNull(reader, "reader is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(accepted, "accepted is null");
    }

    /** What is wrong with a value that a device read through a page of a pin. */
    public static Optional<Mismatch> ofDevice(Pin pin, int index, long value) {
        PinnedPage page = pin.pages().get(index);
        if (page.accepted().accepts(value) && !page.leaks(value)) {
            return Optional.empty();
        }
        String reader = "device through k" + pin.number() + " page " + index;
        return Optional.of(
                new Mismatch(reader, page.cell().orElse(null), page.kind(), pin, page, page.accepted(), value, false));
    }

    /** What is wrong with a value that a task read in its own memory. */
    public static Optional<Mismatch> ofTask(int task, int region, int number, Page page, long value) {
        if (page.accepted().accepts(value)) {
            return Optional.empty();
        }
        String reader = "t" + task + " at r" + region + " page " + number;
        return Optional.of(
                new Mismatch(reader, page.cell().orElse(null), page.kind(), null, null, page.accepted(), value, false));
    }

    /** What is wrong with a value that a device read which mirrors the memory of a task. */
    public static Optional<Mismatch> ofMirror(int task, int region, int number, Page page, long value) {
        if (page.accepted().accepts(value)) {
            return Optional.empty();
        }
        String reader = "the mirror of t" + task + " at r" + region + " page " + number;
        return Optional.of(
                new Mismatch(reader, page.cell().orElse(null), page.kind(), null, null, page.accepted(), value, true));
    }

    public Optional<Pin> through() {
        return Optional.ofNullable(pin);
    }

    public Optional<Cell> expectedCell() {
        return Optional.ofNullable(cell);
    }
}
