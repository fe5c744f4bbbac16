// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import java.util.List;
import java.util.Set;
import org.pinfuzz.generators.program.Program;

/** Where programs go that showed new behaviour. */
@FunctionalInterface
public interface Keeper {
    /**
     * Keeps a program.
     *
     * @param index its number in the campaign
     * @param profile the profile that it ran in
     * @param parents the programs that it was made from
     * @param signal what it showed and no program before it
     */
    void keep(Program program, long seed, long index, String profile, List<Program> parents, Set<Long> signal);
}
