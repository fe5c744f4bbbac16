// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

/**
 * How much triage may cost.
 *
 * @param firstRuns runs of a violating program as it was drawn, alone on restored guests
 * @param confirmRuns runs of the shrunk program, alone on restored guests
 * @param flakyRuns runs of either program besides, when some showed it and some did not
 * @param shrinksPerBucket programs of one bucket that are shrunk; further ones are only counted
 * @param shrink limits of each shrink
 */
public record TriageLimits(int firstRuns, int confirmRuns, int flakyRuns, int shrinksPerBucket, ShrinkLimits shrink) {
    /**
     * Five runs tell a bug that shows half of the time from a steady one in 31 cases of 32. Before the shrink two are
     * enough: the campaign's own run was a third.
     */
    public static final TriageLimits DEFAULT = new TriageLimits(2, 5, 15, 5, ShrinkLimits.DEFAULT);

    public TriageLimits {
        requireNonNull(shrink, "shrink is null");
        if (firstRuns < 1 || confirmRuns < 1 || flakyRuns < 0 || shrinksPerBucket < 1) {
            throw new IllegalArgumentException(
                    "firstRuns " + firstRuns + ", confirmRuns " + confirmRuns + " and shrinksPerBucket "
                            + shrinksPerBucket + " must be at least 1, flakyRuns " + flakyRuns + " at least 0");
        }
    }
}
