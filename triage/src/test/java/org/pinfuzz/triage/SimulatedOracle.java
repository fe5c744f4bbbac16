// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.Trace;

/** The simulated kernel as an oracle. */
record SimulatedOracle(SimulatedKernel kernel, int width) implements Oracle {
    static final KernelVersion KERNEL = KernelVersion.parse(SimulatedKernel.RELEASE);

    static SimulatedOracle with(Plant plant, int width) {
        return new SimulatedOracle(new SimulatedKernel(Set.of(plant)), width);
    }

    static SimulatedOracle flaky(Plant plant, double probability, long seed) {
        return new SimulatedOracle(SimulatedKernel.flaky(Set.of(plant), probability, seed), 8);
    }

    Run run(Program program) {
        Trace trace = kernel.run(program);
        return new Run(program, trace, Judge.judge(program, trace, List.of(), KERNEL), "");
    }

    @Override
    public List<Run> run(List<Program> programs) {
        return programs.stream().map(this::run).toList();
    }

    @Override
    public List<Run> runAlone(Program program, int times) {
        return run(Collections.nCopies(times, program));
    }
}
