// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.operation.Mismatch;

/** What kind of wrong a wrong value is: each mismatch belongs to one invariant. */
enum MismatchCause {
    /** Device and owner disagree. */
    PIN_NOT_COHERENT,
    /** A value shows that was written to a copy that fork had made. */
    FORK_NOT_ISOLATED,
    /** A plain reference shows what was written to a copy that fork had made. */
    REFERENCE_LEAKS,
    /** A pin whose mapping is gone does not show what it held. */
    UNMAPPED_PIN,
    /** A device that mirrors the memory still has what the memory has no longer. */
    MIRROR_STALE,
    /** A device that mirrors the memory and the memory's owner disagree. */
    MIRROR_NOT_COHERENT,
    /** What was in a device's memory came back different. */
    TRAVELLED,
    /** Anything else. */
    OTHER;

    static MismatchCause of(Mismatch mismatch) {
        if (mismatch.through()
                .filter(pin -> pin.mode().by() == PinMode.By.VMSPLICE)
                .isPresent()) {
            return REFERENCE_LEAKS;
        }
        Optional<Cell> cell = mismatch.expectedCell();
        if (mismatch.mirror() && cell.isEmpty()) {
            return MIRROR_STALE;
        }
        boolean foreign = cell.isPresent()
                && mismatch.kind().owned()
                && cell.get().lineageHeld(mismatch.observed())
                && !cell.get().held(mismatch.observed());
        if (foreign) {
            return FORK_NOT_ISOLATED;
        }
        if (UnmappedPin.concerns(mismatch)) {
            return UNMAPPED_PIN;
        }
        if (cell.filter(Cell::travelled).isPresent() && mismatch.through().isEmpty()) {
            return TRAVELLED;
        }
        if (mismatch.mirror() || cell.filter(Cell::mirrored).isPresent()) {
            return MIRROR_NOT_COHERENT;
        }
        boolean device =
                mismatch.through().isPresent() || cell.flatMap(Cell::lastDevice).isPresent();
        return device ? PIN_NOT_COHERENT : OTHER;
    }

    /** The pin that a mismatch between device and owner is about. */
    static Pin pin(Mismatch mismatch) {
        return mismatch.through()
                .or(() -> mismatch.expectedCell().flatMap(Cell::lastDevice))
                .orElseThrow();
    }

    static PinnedPage pinnedPage(Mismatch mismatch) {
        PinnedPage through = mismatch.pinned();
        if (through != null) {
            return through;
        }
        Cell cell = mismatch.expectedCell().orElseThrow();
        return pin(mismatch).pages().stream()
                .filter(page -> page.cell().filter(of -> of == cell).isPresent())
                .findFirst()
                .orElseThrow();
    }
}
