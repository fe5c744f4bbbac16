// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.MMAP;
import static org.pinfuzz.generators.operation.Operations.PIN;
import static org.pinfuzz.generators.operation.Operations.READ;

import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

class BatchCodecTest {
    private static final Program PROGRAM = new Program(List.of(
            Step.of(0, MMAP, 0, 2, 0, 0),
            Step.of(0, PIN, 0, 1, 1, 0, 1, 1, 0),
            Step.of(0, FORK, 1),
            new Step(3, 1, READ, List.of(0, 0, 2))));

    /** The program's bytes: index, steps, chaos, regions, tasks, pins, files; then code, lane, task, arguments. */
    private static final String STEPS = """
            04 00 00 04  00 00 00 00  02 00 00 00  00 00 00 00  00 00 00 00
            0b 00 00 07  00 00 00 00  01 00 00 00  01 00 00 00  00 00 00 00
                         01 00 00 00  01 00 00 00  00 00 00 00
            01 00 00 01  01 00 00 00
            0a 03 01 03  00 00 00 00  00 00 00 00  02 00 00 00
            """;

    @Test
    void aBatchIsTheseBytes() {
        byte[] bytes = BatchCodec.encode(
                List.of(
                        new BatchCodec.Entry(PROGRAM),
                        new BatchCodec.Entry(new Program(List.of()), BatchCodec.Chaos.GARBAGE)),
                new ExecutionLimits(3_000, 8_000));

        assertThat(bytes).isEqualTo(bytes("""
                                b8 0b 00 00  40 1f 00 00  02 00 00 00  00 00 00 00
                                00 00 00 00  04 00  00  01 02 01 00 00
                                """ + STEPS + """
                                01 00 00 00  00 00  03  00 01 00 00 00
                                """));
    }

    @Test
    void aBenchIsTheseBytes() {
        assertThat(BatchCodec.encodeBench(List.of(PROGRAM), BatchCodec.BenchMode.BARE, 1_500))
                .isEqualTo(bytes("""
                                01 00 00 00  dc 05 00 00  01 00 00 00  00 00 00 00
                                00 00 00 00  04 00  00  01 02 01 00 00
                                """ + STEPS));
    }

    @Test
    void aBatchIsNeitherEmptyNorLargerThanTheAgentTakes() {
        assertThatThrownBy(() -> BatchCodec.encode(List.of(), ExecutionLimits.DEFAULT))
                .hasMessage("a batch has 1 to 4096 programs, this one 0");
        assertThatThrownBy(() -> BatchCodec.encode(
                        Collections.nCopies(4097, new BatchCodec.Entry(PROGRAM)), ExecutionLimits.DEFAULT))
                .hasMessage("a batch has 1 to 4096 programs, this one 4097");
    }

    @Test
    void limitsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new ExecutionLimits(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ExecutionLimits(10, 9)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] bytes(String hexadecimal) {
        return HexFormat.of().parseHex(hexadecimal.replaceAll("\\s", ""));
    }
}
