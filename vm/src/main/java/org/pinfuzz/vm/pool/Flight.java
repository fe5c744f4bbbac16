// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.ArrayList;
import java.util.List;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.Trace;

/** One batch in one guest, from its sending to what it left behind. */
final class Flight {
    private final int sequence;
    private final List<Program> programs;
    private final List<Trace> traces = new ArrayList<>();
    private Leftovers left = Leftovers.NOTHING;

    /** @param sequence the number of the batch in its guest, from 1 */
    Flight(int sequence, List<Program> programs) {
        this.sequence = sequence;
        this.programs = List.copyOf(programs);
    }

    int sequence() {
        return sequence;
    }

    List<Program> programs() {
        return programs;
    }

    /** The traces that came so far, in the order of the programs. */
    List<Trace> traces() {
        return traces;
    }

    void add(Trace trace) {
        traces.add(trace);
    }

    boolean complete() {
        return traces.size() == programs.size();
    }

    Leftovers left() {
        return left;
    }

    void leave(Leftovers leftovers) {
        left = leftovers;
    }
}
