// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.util.List;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Trace;

/** Runs programs and judges what was seen: on guests, or on a kernel in memory. */
public interface Oracle {
    /** What a guest is said to have done that neither answers nor says why: no more is known of the bug than its program. */
    String HANG = "the guest stops answering";

    /**
     * What one run of one program came to.
     *
     * @param program the program that ran
     * @param trace what was seen; {@link Trace#notStarted()} where the guest died
     * @param judgement the verdict; the splats of a guest's console are violations in it
     * @param console the console's lines that belong to this run, empty where none do
     */
    record Run(Program program, Trace trace, Judgement judgement, String console) {}

    /** Runs each program once; the answers stand in the order of the programs. */
    List<Run> run(List<Program> programs);

    /** Runs one program some times, each time on a guest that was just restored. */
    List<Run> runAlone(Program program, int times);

    /** How many programs it is worth asking at once. */
    int width();
}
