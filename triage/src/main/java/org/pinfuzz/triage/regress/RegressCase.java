// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.regress;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Oracle;

/**
 * A program that is run again.
 *
 * @param name {@code findings/<id>} or {@code seeds/<subject>/<name>}
 * @param title what it tests, in one sentence
 * @param profile the guests that it needs
 * @param judgedBy ids of the invariants that count; empty when all do
 * @param recorded what is known of it on this kernel, if anything is
 */
public record RegressCase(
        String name, String title, String profile, Program program, Set<String> judgedBy, Optional<Recorded> recorded) {
    public RegressCase {
        requireNonNull(name, "name is null");
        requireNonNull(title, "title is null");
        requireNonNull(profile, "profile is null");
        requireNonNull(program, "program is null");
        requireNonNull(recorded, "recorded is null");
        judgedBy = Set.copyOf(judgedBy);
    }

    /** What counts of what a run broke. */
    List<Violation> counted(Oracle.Run run) {
        return run.judgement().violations().stream()
                .filter(violation -> judgedBy.isEmpty() || judgedBy.contains(violation.invariant()))
                .toList();
    }
}
