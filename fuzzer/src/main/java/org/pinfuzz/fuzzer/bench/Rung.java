// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.program.Program;

/**
 * One bug that is known to be there, and how it may be reported.
 *
 * @param name what users call it
 * @param sentence what is wrong
 * @param kernel the kernel that has it, a name of the catalogue
 * @param profile the guest that shows it
 * @param mutant the switch that makes it; without one it is a known bug of a kernel that may have others besides
 * @param invariants under which it may be reported, at least one
 * @param shortest the shortest program that shows it, written by hand
 * @param race whether it takes a race: it is climbed only when it is asked for by name
 */
public record Rung(
        String name,
        String sentence,
        String kernel,
        String profile,
        Optional<String> mutant,
        List<String> invariants,
        Program shortest,
        boolean race) {
    public Rung {
        requireNonNull(name, "name is null");
        requireNonNull(sentence, "sentence is null");
        requireNonNull(kernel, "kernel is null");
        requireNonNull(profile, "profile is null");
        requireNonNull(mutant, "mutant is null");
        requireNonNull(shortest, "shortest is null");
        invariants = List.copyOf(invariants);
        if (invariants.isEmpty() || shortest.size() == 0) {
            throw new IllegalArgumentException("the rung " + name + " declares " + invariants.size()
                    + " invariants and a shortest program of " + shortest.size() + " steps; it needs both");
        }
    }
}
