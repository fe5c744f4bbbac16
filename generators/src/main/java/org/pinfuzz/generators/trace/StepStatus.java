// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import java.util.Optional;

/** How a step ended in the guest. The codes are those of the wire. */
public enum StepStatus {
    /** The program ended before this step. */
    NOT_RUN(0),
    /** Its task was dead or its descriptor closed: no system call was made. */
    SKIPPED(1),
    /** It was done; the result may be an error of the kernel. */
    DONE(2),
    /** The guest lacks the facility. */
    UNSUPPORTED(3),
    /** It did not come back within its time. */
    TIMED_OUT(4),
    /** Its task was killed by a signal while it ran; the result is the signal's negated number. */
    DIED(5);

    private final int code;

    StepStatus(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static Optional<StepStatus> of(int code) {
        for (StepStatus status : values()) {
            if (status.code == code) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}
