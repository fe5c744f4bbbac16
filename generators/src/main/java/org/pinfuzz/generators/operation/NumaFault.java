// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Reads a range with NUMA balancing switched on for the moment, after it has taken the pages' rights away to see who uses
 * them: the reads fault, and pages may follow the task to its node. Answers how many such faults there were.
 */
final class NumaFault extends RangeOperation {
    NumaFault() {
        super("numa_fault", 105);
    }

    @Override
    public Family family() {
        return Family.MIGRATION;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.NUMA_BALANCING);
    }

    /** It waits for two ticks of the clock. */
    @Override
    public int weight() {
        return 4;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.READ);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Read.apply(model, step, observed);
    }
}
