// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pinfuzz.generators.program.Program;

/**
 * A program written by hand, with the sentence that it tests.
 *
 * @param name the file's name without its ending
 * @param sentence what holds, or what goes wrong, in one sentence
 * @param program the program
 * @param expect for each thing that it runs on (an edition, a mutant, a kernel) the ids of the invariants that break
 *     there, and no others may; empty where nothing breaks
 * @param profile the guest that it needs
 * @param race whether it breaks only now and then, when two of its tasks meet
 */
public record Seed(
        String name, String sentence, Program program, Map<String, List<String>> expect, String profile, boolean race) {
    /** The guest of a seed that names none. */
    public static final String DEFAULT_PROFILE = "movable";

    public Seed {
        requireNonNull(name, "name is null");
        requireNonNull(sentence, "sentence is null");
        requireNonNull(program, "program is null");
        requireNonNull(profile, "profile is null");
        Map<String, List<String>> copy = new TreeMap<>();
        expect.forEach((subject, invariants) -> copy.put(subject, List.copyOf(invariants)));
        expect = java.util.Collections.unmodifiableMap(copy);
    }

    /** The invariants that break on one of the things that it says something of. */
    public Optional<List<String>> breaksOn(String subject) {
        return Optional.ofNullable(expect.get(subject));
    }
}
