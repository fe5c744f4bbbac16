// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** The set of answers that the kernel may give to one call. */
record Results(boolean mayBeZero, boolean mayBePositive, List<Errno> errors) {
    static Results zero() {
        return new Results(true, false, List.of());
    }

    static Results zeroOr(Errno... errors) {
        return new Results(true, false, List.of(errors));
    }

    static Results zeroOrMoreOr(Errno... errors) {
        return new Results(true, true, List.of(errors));
    }

    static Results only(Errno... errors) {
        return new Results(false, false, List.of(errors));
    }

    /** The same answers and 0. */
    Results orZero() {
        return new Results(true, mayBePositive, errors);
    }

    boolean allows(long result) {
        return (mayBeZero && result == 0)
                || (mayBePositive && result > 0)
                || errors.stream().anyMatch(error -> error.negated() == result);
    }

    /** The expectation of a step without values; a drawn step always answers as allowed. */
    Expectation judge(Optional<StepTrace> observed, Mismatch... mismatches) {
        boolean allowed = observed.map(trace -> allows(trace.result())).orElse(true);
        return new Expectation(allowed, text(), Arrays.asList(mismatches));
    }

    String text() {
        StringBuilder text = new StringBuilder();
        if (mayBePositive) {
            text.append("0 or more");
        } else if (mayBeZero) {
            text.append('0');
        }
        for (Errno error : errors) {
            text.append(text.isEmpty() ? "" : ", ").append('-').append(error.name());
        }
        return text.toString();
    }
}
