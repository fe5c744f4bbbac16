// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.matrix;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.pinfuzz.generators.invariant.Verdict;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.triage.Oracle;

/** What is known of one kernel as one machine. */
public sealed interface Cell {
    /** The cell for people, at most a few characters wide. */
    String text();

    /** Whether the program broke there. */
    default boolean fails() {
        return false;
    }

    /** Whether it was judged there and never broke. */
    default boolean passes() {
        return false;
    }

    /**
     * Runs were made.
     *
     * @param hits runs that broke
     * @param runs all runs
     * @param unjudged runs that did not break and could not be judged to the end
     * @param invariants what the hits broke, in the order of their names
     */
    record Measured(int hits, int runs, int unjudged, List<String> invariants) implements Cell {
        public Measured {
            if (runs < 1 || hits < 0 || unjudged < 0 || hits + unjudged > runs) {
                throw new IllegalArgumentException(
                        "of " + runs + " runs " + hits + " broke and " + unjudged + " were not judged");
            }
            invariants = List.copyOf(invariants);
        }

        /** Counts runs; without an invariant anything that breaks is a hit. */
        public static Measured of(List<Oracle.Run> runs, Optional<String> invariant) {
            int hits = 0;
            int unjudged = 0;
            TreeSet<String> broken = new TreeSet<>();
            for (Oracle.Run run : runs) {
                List<String> wanted = run.judgement().violations().stream()
                        .map(Violation::invariant)
                        .filter(id -> invariant.map(id::equals).orElse(true))
                        .toList();
                broken.addAll(wanted);
                if (!wanted.isEmpty()) {
                    hits++;
                } else if (run.judgement().verdict() == Verdict.INCONCLUSIVE) {
                    unjudged++;
                }
            }
            return new Measured(hits, runs.size(), unjudged, List.copyOf(broken));
        }

        @Override
        public boolean fails() {
            return hits > 0;
        }

        @Override
        public boolean passes() {
            return hits == 0 && unjudged < runs;
        }

        @Override
        public String text() {
            return hits + "/" + runs + (unjudged > 0 ? " (" + unjudged + "?)" : "");
        }
    }

    /**
     * No run was made.
     *
     * @param reason why: what the kernel is configured without, or what failed
     */
    record Unavailable(String reason) implements Cell {
        public Unavailable {
            requireNonNull(reason, "reason is null");
        }

        @Override
        public String text() {
            return "-";
        }
    }
}
