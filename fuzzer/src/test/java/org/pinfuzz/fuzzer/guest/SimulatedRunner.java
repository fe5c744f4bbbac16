// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.Trace;

/**
 * Runs programs on the kernel in memory.
 *
 * @param ran all programs that ran, in their order
 */
public record SimulatedRunner(SimulatedKernel kernel, List<Program> ran) implements ProgramRunner {
    public static SimulatedRunner with(Plant... plants) {
        return new SimulatedRunner(new SimulatedKernel(Set.of(plants)), new ArrayList<>());
    }

    private Run run(Program program) {
        ran.add(program);
        Trace trace = kernel.run(program);
        KernelVersion version = KernelVersion.parse(SimulatedKernel.RELEASE);
        return new Run(program, trace, Judge.judge(program, trace, List.of(), version), "");
    }

    @Override
    public CompletableFuture<List<Run>> submit(List<Program> programs) {
        return CompletableFuture.completedFuture(run(programs));
    }

    @Override
    public List<Run> run(List<Program> programs) {
        return programs.stream().map(this::run).toList();
    }

    @Override
    public List<Run> runAlone(Program program, int times) {
        return run(Collections.nCopies(times, program));
    }

    @Override
    public int width() {
        return 8;
    }
}
