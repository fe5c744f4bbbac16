// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.regress;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What became of a case.
 *
 * @param seen what its runs came to; nothing if none could be judged
 * @param note why it stands so, in one sentence
 * @param wallMs how long its runs took
 */
public record RegressResult(
        RegressCase regressCase, Standing standing, Optional<Recorded> seen, String note, long wallMs) {
    public RegressResult {
        requireNonNull(regressCase, "regressCase is null");
        requireNonNull(standing, "standing is null");
        requireNonNull(seen, "seen is null");
        requireNonNull(note, "note is null");
    }

    /** A case that this kernel cannot run. */
    public static RegressResult skipped(RegressCase regressCase, String reason) {
        return new RegressResult(regressCase, Standing.SKIPPED, Optional.empty(), reason, 0);
    }
}
