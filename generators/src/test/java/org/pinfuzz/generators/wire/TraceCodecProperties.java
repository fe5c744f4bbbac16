// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.pinfuzz.generators.draw.ProgramArbitrary;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.Trace;

class TraceCodecProperties {
    @Provide
    Arbitrary<Program> programs() {
        return ProgramArbitrary.ofAll(Program.MAX_STEPS);
    }

    @Property(tries = 500)
    void tracesSurviveTheirWireForm(@ForAll("programs") Program program) throws WireFormatException {
        Trace trace = new SimulatedKernel(Set.of()).run(program);

        assertThat(TraceCodec.decodeResult(EncodedTrace.result(0, trace), List.of(program)))
                .isEqualTo(new TraceCodec.Result(0, trace));
    }

    @Property(tries = 2000)
    void aDamagedPayloadIsATraceOrRefusedAsMalformed(@ForAll("programs") Program program, @ForAll long seed) {
        byte[] bytes = EncodedTrace.result(0, new SimulatedKernel(Set.of()).run(program));
        Random random = new Random(seed);
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        try {
            assertThat(TraceCodec.decodeResult(bytes, List.of(program)).trace().steps())
                    .hasSize(program.size());
        } catch (WireFormatException e) {
            assertThat(e).hasMessageMatching("(?s).+");
        } catch (RuntimeException e) {
            fail("refused as something else", e);
        }
    }
}
