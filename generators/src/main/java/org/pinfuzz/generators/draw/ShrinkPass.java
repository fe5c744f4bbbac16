// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import java.util.stream.Stream;
import org.pinfuzz.generators.program.Program;

/**
 * One way to make programs simpler. Its contract: every candidate is a valid program with canonical handles that is
 * simpler by {@link ProgramOrder}, so that whoever accepts candidates comes to an end; the stream is lazy; it depends on
 * nothing but its arguments.
 */
@FunctionalInterface
public interface ShrinkPass {
    /**
     * Candidates, the most promising first.
     *
     * @param program what to make simpler
     * @param from where to go on: 0 at the start, {@link Candidate#resume} in a program that was just accepted
     */
    Stream<Candidate> candidates(Program program, int from);

    /**
     * A simpler program.
     *
     * @param program the program
     * @param resume where this pass goes on in it, if it is accepted; what lies before was tried
     */
    record Candidate(Program program, int resume) {}
}
