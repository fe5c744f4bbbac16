// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import java.util.Optional;

/** How a program as a whole ended in a guest that lived. The codes are those of the wire. */
public enum ProgramEnd {
    /** All steps and the observation at the end are there. */
    COMPLETE(0),
    /** A step or the program ran out of time and was killed. */
    TIMED_OUT(1),
    /** A task died of a signal that no step explains. */
    TASK_DIED(2),
    /** The agent could not run it; nothing is known. */
    NOT_STARTED(3);

    private final int code;

    ProgramEnd(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static Optional<ProgramEnd> of(int code) {
        for (ProgramEnd end : values()) {
            if (end.code == code) {
                return Optional.of(end);
            }
        }
        return Optional.empty();
    }
}
