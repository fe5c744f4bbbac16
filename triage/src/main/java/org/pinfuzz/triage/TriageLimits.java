// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

/**
 * How much triage may cost.
 *
 * @param firstRuns runs of a violating program as it was given, alone on restored guests
 * @param unseenRuns runs of a program after which it is given up when none of them showed the violation
 * @param confirmRuns runs of the shrunk program, alone on restored guests
 * @param flakyHits hits that a program which does not show the violation every time must have before its rate is known
 * @param flakyRuns most runs that are spent on that
 * @param shrinksPerBucket programs of one bucket that are shrunk; further ones are only counted
 * @param shrink limits of each shrink
 */
public record TriageLimits(
        int firstRuns,
        int unseenRuns,
        int confirmRuns,
        int flakyHits,
        int flakyRuns,
        int shrinksPerBucket,
        ShrinkLimits shrink) {
    /**
     * Of a campaign. Five runs tell a bug that shows half of the time from a steady one in 31 cases of 32. Before the
     * shrink two are enough: the campaign's own run was a third. A rate from ten hits is wrong by more than a factor of
     * two in about one case of fifty, and 200 runs have ten hits when one run in twenty shows the bug. A program that
     * never shows it again is given up soon: the campaign draws others.
     */
    public static final TriageLimits DEFAULT = new TriageLimits(2, 6, 5, 10, 200, 5, ShrinkLimits.DEFAULT);

    /**
     * Of one program that somebody cares for: a bug that shows in one run of twenty shows in 60 runs, but for one case in
     * twenty.
     */
    public static final TriageLimits PATIENT = new TriageLimits(5, 60, 5, 10, 200, 1, ShrinkLimits.DEFAULT);

    public TriageLimits {
        requireNonNull(shrink, "shrink is null");
        if (firstRuns < 1
                || unseenRuns < firstRuns
                || confirmRuns < 1
                || flakyHits < 1
                || flakyRuns < 1
                || shrinksPerBucket < 1) {
            throw new IllegalArgumentException("firstRuns " + firstRuns + ", confirmRuns " + confirmRuns
                    + ", flakyHits " + flakyHits + ", flakyRuns " + flakyRuns + " and shrinksPerBucket "
                    + shrinksPerBucket + " must be at least 1, unseenRuns " + unseenRuns + " at least firstRuns");
        }
    }

    /** The same with other limits of shrinks. */
    public TriageLimits with(ShrinkLimits limits) {
        return new TriageLimits(firstRuns, unseenRuns, confirmRuns, flakyHits, flakyRuns, shrinksPerBucket, limits);
    }
}
