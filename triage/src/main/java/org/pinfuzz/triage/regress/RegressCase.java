// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.regress;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.pinfuzz.generators.program.Program;

/**
 * A program that is run again.
 *
 * @param name {@code findings/<id>} or {@code seeds/<subject>/<name>}
 * @param title what it tests, in one sentence
 * @param profile the guests that it needs
 * @param recorded what is known of it on this kernel, if anything is
 */
public record RegressCase(String name, String title, String profile, Program program, Optional<Recorded> recorded) {
    public RegressCase {
        requireNonNull(name, "name is null");
        requireNonNull(title, "title is null");
        requireNonNull(profile, "profile is null");
        requireNonNull(program, "program is null");
        requireNonNull(recorded, "recorded is null");
    }
}
