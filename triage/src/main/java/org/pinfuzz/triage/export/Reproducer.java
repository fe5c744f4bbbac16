// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.generators.program.Program;

/**
 * What is exported.
 *
 * @param name the id of the finding, or the file's name without its ending; files that are written are named after it
 * @param program the program
 * @param finding what is known of it, if it is that of a finding
 * @param seed what it tests and breaks, if it is that of a seed
 */
public record Reproducer(String name, Program program, Optional<FindingRecord> finding, Optional<Seed> seed) {
    public Reproducer {
        requireNonNull(name, "name is null");
        requireNonNull(program, "program is null");
        requireNonNull(finding, "finding is null");
        requireNonNull(seed, "seed is null");
    }

    /** The invariant that the finding broke. */
    public Optional<String> invariant() {
        return finding.map(FindingRecord::invariant);
    }
}
