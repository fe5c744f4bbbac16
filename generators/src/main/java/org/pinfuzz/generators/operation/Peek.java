// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code process_vm_readv}: reads the start of each page of a range in another task's memory, as a short-term pin does
 * (process_vm_rw_single_vec, mm/process_vm_access.c).
 */
final class Peek extends VictimAccess {
    Peek() {
        super("peek", 66);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.READ);
    }

    @Override
    public int weight() {
        return 24;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Read.apply(model, step.withTask(step.get(Parameters.VICTIM)), observed);
    }
}
