// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;

/**
 * One bug that is known to be there, and how it may be reported.
 *
 * @param name what users call it
 * @param kernel the kernel that has it, a name of the catalogue
 * @param profile the guest that shows it
 * @param mutant the switch that makes it; without one it is a known bug of a kernel that may have others besides
 * @param signs how it may be reported, at least one
 * @param shortest the shortest program that shows it, written by hand
 * @param race whether it takes a race, which today's campaigns cannot draw
 */
public record Rung(
        String name,
        String kernel,
        String profile,
        Optional<String> mutant,
        List<Sign> signs,
        Program shortest,
        boolean race) {
    public Rung {
        requireNonNull(name, "name is null");
        requireNonNull(kernel, "kernel is null");
        requireNonNull(profile, "profile is null");
        requireNonNull(mutant, "mutant is null");
        requireNonNull(shortest, "shortest is null");
        signs = List.copyOf(signs);
        if (signs.isEmpty() || shortest.size() == 0) {
            throw new IllegalArgumentException("the rung " + name + " has " + signs.size()
                    + " invariants and a shortest program of " + shortest.size() + " steps; it needs both");
        }
    }

    /**
     * Whether a violation ends the search. On a kernel with several bugs only a declared one does; a mutant has no other
     * bug than its own, so there an undeclared violation is a wrong report of it.
     */
    boolean counts(Violation violation) {
        return mutant.isPresent() || signs.stream().anyMatch(sign -> sign.matches(violation));
    }

    /** Whether the bug may be reported under an invariant. */
    boolean declares(String invariant) {
        return signs.stream().anyMatch(sign -> sign.invariant().equals(invariant));
    }
}
