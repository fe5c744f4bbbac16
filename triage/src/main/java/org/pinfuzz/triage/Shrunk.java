// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import org.pinfuzz.generators.invariant.Violation;

/**
 * What a shrink came to.
 *
 * @param run the run of the simplest program that showed the violation
 * @param violation the violation in that run
 * @param oracleCalls how many runs it took
 * @param rounds how often the oracle was asked
 * @param complete whether no pass found anything simpler; otherwise a limit ended it
 */
public record Shrunk(Oracle.Run run, Violation violation, int oracleCalls, int rounds, boolean complete) {
    public Shrunk {
        requireNonNull(run, "run is null");
        requireNonNull(violation, "violation is null");
    }
}
