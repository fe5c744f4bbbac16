// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static java.util.Objects.requireNonNull;

/**
 * One broken invariant of one run of a program.
 *
 * @param invariant id of the invariant, for example {@code LT-ZONE}
 * @param step the step after which it was seen; the number of steps for what was seen at the end
 * @param operation name of that step's operation, {@code end} for the end
 * @param pinMode mode of the pin that is concerned, empty where none is
 * @param pageKind kind of the page that is concerned, empty where none is
 * @param promised whether the running kernel promises the invariant here; if not, this is a LIMITATION
 * @param promisedFrom the version from which it is promised
 * @param expected what should have been seen, for people
 * @param seen what was seen, for people
 */
public record Violation(
        String invariant,
        int step,
        String operation,
        String pinMode,
        String pageKind,
        boolean promised,
        String promisedFrom,
        String expected,
        String seen) {
    public Violation {
        requireNonNull(invariant, "invariant is null");
        requireNonNull(operation, "operation is null");
        requireNonNull(pinMode, "pinMode is null");
        requireNonNull(pageKind, "pageKind is null");
        requireNonNull(promisedFrom, "promisedFrom is null");
        requireNonNull(expected, "expected is null");
        requireNonNull(seen, "seen is null");
    }

    /** What violations have in common before they are shrunk. */
    public Bucket bucket() {
        return new Bucket(invariant, operation, pinMode, pageKind, promised);
    }

    /** What broke, in half a sentence: {@code LT-ZONE broken after pin (long-term write pin, anon page)}. */
    public String title() {
        String concerned = pinMode.isEmpty() ? "" : pinMode + " pin";
        if (!pageKind.isEmpty()) {
            concerned += (concerned.isEmpty() ? "" : ", ") + pageKind + " page";
        }
        String moment = operation.equals("end") ? "at the end" : "after " + operation;
        return invariant + " broken " + moment + (concerned.isEmpty() ? "" : " (" + concerned + ")");
    }

    /** {@code VIOLATION} or, where the running kernel promises nothing, {@code LIMITATION}. */
    public String label() {
        return promised ? "VIOLATION" : "LIMITATION";
    }

    /** Violations of one bucket are likely one bug; see the section on sameness in the semantics. */
    public record Bucket(String invariant, String operation, String pinMode, String pageKind, boolean promised) {
        /** Whether a shrunk program that breaks {@code other} still shows the same thing. */
        public boolean sameProperty(Bucket other) {
            return invariant.equals(other.invariant)
                    && promised == other.promised
                    && (pageKind.equals(other.pageKind) || !kindsMatter());
        }

        private boolean kindsMatter() {
            return Invariants.named(invariant)
                    .map(Invariant::tellsPageKindsApart)
                    .orElse(true);
        }
    }
}
