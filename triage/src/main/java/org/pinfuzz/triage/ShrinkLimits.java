// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How much one shrink may cost. Whichever limit is met first, the best program so far stays.
 *
 * @param oracleCalls most runs of programs
 * @param time most time by the clock
 * @param retries most runs of one candidate when the bug does not show every time
 */
public record ShrinkLimits(int oracleCalls, Duration time, int retries) {
    /**
     * About a hundred runs shrink fifty steps; the rest is for bugs that show seldom. Of a bug that shows in one run of
     * twenty, 60 runs miss it once in twenty times.
     */
    public static final ShrinkLimits DEFAULT = new ShrinkLimits(20_000, Duration.ofMinutes(10), 60);

    public ShrinkLimits {
        requireNonNull(time, "time is null");
        if (oracleCalls < 1 || retries < 1) {
            throw new IllegalArgumentException(
                    "oracleCalls " + oracleCalls + " and retries " + retries + " must be at least 1");
        }
    }

    /** How often a candidate runs before it counts as passing, so that a bug is missed once in twenty at most. */
    int retries(double hitRate) {
        if (hitRate >= 1) {
            return 1;
        }
        if (hitRate <= 0) {
            return retries;
        }
        return (int) Math.min(retries, Math.ceil(Math.log(0.05) / Math.log(1 - hitRate)));
    }
}
