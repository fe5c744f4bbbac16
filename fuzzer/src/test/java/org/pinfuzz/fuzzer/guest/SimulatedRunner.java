// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.Trace;

/**
 * Runs programs on the kernel in memory.
 *
 * @param profile the profile that it stands for
 * @param facilities what it has
 * @param ran all programs that ran, in their order
 * @param rests how many programs had run whenever it was told to rest
 */
public record SimulatedRunner(
        SimulatedKernel kernel, String profile, Set<Facility> facilities, List<Program> ran, List<Integer> rests)
        implements ProfileRunner {
    public static SimulatedRunner with(Plant... plants) {
        return in("simulated", EnumSet.allOf(Facility.class), plants);
    }

    /** A kernel that stands for guests of a profile. */
    public static SimulatedRunner in(String profile, Set<Facility> facilities, Plant... plants) {
        return new SimulatedRunner(
                new SimulatedKernel(Set.of(plants)), profile, facilities, new ArrayList<>(), new ArrayList<>());
    }

    @Override
    public void rest() {
        rests.add(ran.size());
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
