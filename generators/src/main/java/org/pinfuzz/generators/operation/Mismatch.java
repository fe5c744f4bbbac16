// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pinfuzz.generators.model.Accepted;
import org.pinfuzz.generators.model.Cell;
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
 */
public record Mismatch(
        String reader,
        @Nullable Cell cell,
        PageKind kind,
        @Nullable Pin pin,
        @Nullable PinnedPage pinned,
        Accepted accepted,
        long observed) {
    public Mismatch {
        requireNonNull(reader, "reader is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(accepted, "accepted is null");
    }

    public Optional<Pin> through() {
        return Optional.ofNullable(pin);
    }

    public Optional<Cell> expectedCell() {
        return Optional.ofNullable(cell);
    }
}
