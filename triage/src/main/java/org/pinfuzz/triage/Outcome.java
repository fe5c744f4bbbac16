// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.nio.file.Path;
import java.util.Optional;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.generators.invariant.Violation;

/** What triage made of a violating run. */
public sealed interface Outcome {
    /** A new finding was stored. */
    record Found(FindingRecord record) implements Outcome {}

    /** It is a finding that is stored already; it was counted. */
    record Duplicate(String id, int sightings) implements Outcome {}

    /** It did not show again when it ran alone; where it is kept, unless there are too many such. */
    record NotConfirmed(Violation violation, int hits, int runs, Optional<Path> kept) implements Outcome {}

    /** So many programs of its bucket were shrunk that this one was not. */
    record BucketFull(Violation.Bucket bucket) implements Outcome {}
}
