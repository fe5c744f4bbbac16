// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.pinfuzz.generators.draw.ProgramArbitrary;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.generators.trace.TraceJson;

class SimulatedKernelProperties {
    private static final KernelVersion KERNEL = KernelVersion.parse(SimulatedKernel.RELEASE);

    @Provide
    Arbitrary<Program> programs() {
        return new ProgramArbitrary(SimulatedKernel.operations(), 1, Program.MAX_STEPS);
    }

    @Property(tries = 5000)
    void aKernelWithoutPlantsBreaksNothingAndEverythingCanBeJudged(@ForAll("programs") Program program) {
        Trace trace = new SimulatedKernel(Set.of()).run(program);
        Judgement judgement = Judge.judge(program, trace, List.of(), KERNEL);

        assertThat(judgement.violations()).as("violations of\n%s", program).isEmpty();
        assertThat(judgement.inconclusive()).as("gaps of\n%s", program).isEmpty();
        assertThat(trace.end()).isEqualTo(ProgramEnd.COMPLETE);
        assertThat(trace.leftovers().clean()).isTrue();
    }

    @Property(tries = 500)
    void tracesSurviveTheirJson(@ForAll("programs") Program program) {
        Trace trace = new SimulatedKernel(Set.of()).run(program);

        assertThat(TraceJson.read(TraceJson.write(trace), "a test")).isEqualTo(trace);
    }
}
