// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;

/**
 * What minimising a program came to.
 *
 * @param original the program that was given
 * @param originalHits runs of it that showed the violation, each alone on a restored guest
 * @param originalRuns all runs of it
 * @param run a run of the simplest program that shows the violation alone
 * @param violation the violation in that run
 * @param hits runs of that program that showed it, each alone on a restored guest
 * @param runs all runs of that program
 * @param oracleCalls runs of candidates
 * @param batches how often the guests were asked for them
 * @param complete whether no pass found anything simpler; otherwise a limit ended the shrink
 */
public record Minimized(
        Program original,
        int originalHits,
        int originalRuns,
        Oracle.Run run,
        Violation violation,
        int hits,
        int runs,
        int oracleCalls,
        int batches,
        boolean complete) {
    public Minimized {
        requireNonNull(original, "original is null");
        requireNonNull(run, "run is null");
        requireNonNull(violation, "violation is null");
    }

    /** The simplest program. */
    public Program program() {
        return run.program();
    }
}
