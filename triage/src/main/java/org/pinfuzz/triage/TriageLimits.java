// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

/**
 * How much triage may cost.
 *
 * @param confirmRuns runs of a violating program, alone on restored guests
 * @param flakyRuns further runs when some of these showed it and some did not
 * @param shrinksPerBucket programs of one bucket that are shrunk; further ones are only counted
 * @param shrink limits of each shrink
 */
public record TriageLimits(int confirmRuns, int flakyRuns, int shrinksPerBucket, ShrinkLimits shrink) {
    /** Five runs tell a bug that shows half of the time from a steady one in 31 cases of 32. */
    public static final TriageLimits DEFAULT = new TriageLimits(5, 15, 5, ShrinkLimits.DEFAULT);

    public TriageLimits {
        requireNonNull(shrink, "shrink is null");
        if (confirmRuns < 1 || flakyRuns < 0 || shrinksPerBucket < 1) {
            throw new IllegalArgumentException("confirmRuns " + confirmRuns + " and shrinksPerBucket "
                    + shrinksPerBucket + " must be at least 1, flakyRuns " + flakyRuns + " at least 0");
        }
    }
}
