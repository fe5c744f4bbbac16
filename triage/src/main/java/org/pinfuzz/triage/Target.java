// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.Violation;

/**
 * What a run must show to count as the same bug while it is confirmed and shrunk: the same invariant and page kind, and
 * of complaints of the kernel the same title.
 *
 * @param bucket the violation's bucket
 * @param title the normalised title, empty for what is no complaint of the kernel
 */
public record Target(Violation.Bucket bucket, String title) {
    /** The invariant whose violations are told apart by their title. */
    static final String SPLAT = "NO-SPLAT";

    public Target {
        requireNonNull(bucket, "bucket is null");
        requireNonNull(title, "title is null");
    }

    public static Target of(Violation violation) {
        return new Target(violation.bucket(), title(violation));
    }

    private static String title(Violation violation) {
        return violation.invariant().equals(SPLAT) ? SplatTitle.normalise(violation.seen()) : "";
    }

    /** Whether a finding of this is one of the other, as far as invariant, page kind and title tell. */
    public boolean sameProperty(Target other) {
        return bucket.sameProperty(other.bucket) && title.equals(other.title);
    }

    /** The first violation of a run that is this one. */
    Optional<Violation> in(Judgement judgement) {
        return judgement.violations().stream()
                .filter(violation -> violation.bucket().sameProperty(bucket)
                        && title(violation).equals(title))
                .findFirst();
    }
}
