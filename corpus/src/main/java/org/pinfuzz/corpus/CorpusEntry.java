// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pinfuzz.generators.program.Program;

/**
 * A program that is kept because it showed something new.
 *
 * @param program the program
 * @param seed seed of the campaign that found it
 * @param index number of the program in that campaign
 * @param profile the profile of the guest in which it showed it
 * @param parents digests of the programs that it was made of; empty if it was drawn
 * @param signal hashes of what it showed and no program before it
 */
public record CorpusEntry(
        Program program, long seed, long index, String profile, List<String> parents, Set<Long> signal) {
    public CorpusEntry {
        requireNonNull(program, "program is null");
        requireNonNull(profile, "profile is null");
        parents = List.copyOf(parents);
        signal = java.util.Collections.unmodifiableSet(new TreeSet<>(signal));
    }
}
