// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.regress;

import java.util.Set;
import java.util.TreeSet;

/**
 * What is known of a program on a kernel.
 *
 * @param hits runs in which it broke something
 * @param runs all runs that could be judged
 * @param invariants what it broke in any of them
 */
public record Recorded(int hits, int runs, Set<String> invariants) {
    public Recorded {
        if (hits < 0 || runs < 1 || hits > runs) {
            throw new IllegalArgumentException(hits + " hits in " + runs + " runs cannot be");
        }
        invariants = java.util.Collections.unmodifiableSet(new TreeSet<>(invariants));
    }

    boolean passes() {
        return hits == 0;
    }

    boolean flaky() {
        return hits > 0 && hits < runs;
    }

    double hitRate() {
        return (double) hits / runs;
    }

    @Override
    public String toString() {
        return passes() ? "passes" : hits + "/" + runs + " " + String.join(", ", invariants);
    }
}
