// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * How often a program showed a violation when it ran alone on restored guests.
 *
 * @param hits runs that showed it
 * @param runs all runs
 * @param run the first of the hits
 */
record Confirmation(int hits, int runs, Optional<Oracle.Run> run) {
    Confirmation {
        requireNonNull(run, "run is null");
    }

    boolean confirmed() {
        return hits > 0;
    }

    double hitRate() {
        return runs == 0 ? 0 : (double) hits / runs;
    }
}
