// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TraceJsonTest {
    private static final PageFact PAGE = new PageFact(0x40001, 0x86, 1025, 1, 1, 3, 255, 0, 9);
    private static final Trace TRACE = new Trace(
            ProgramEnd.TIMED_OUT,
            List.of(
                    new StepTrace(
                            StepStatus.DONE,
                            -14,
                            5,
                            List.of(Long.MIN_VALUE, 0L, 513L),
                            List.of(new MappingFact(1, 2, 3, (1L << 63) | 0x40001)),
                            List.of(PAGE),
                            10,
                            20_000_000_000L),
                    StepTrace.withoutFacts(StepStatus.NOT_RUN, 0)),
            List.of(new EndRead(EndRead.Source.MEMORY, 0, 1, 2, true, -1, -1)),
            List.of(PAGE),
            new Leftovers(1, 2, 3, 4, 5, 6, 7, -8));

    @Test
    void whatWasWrittenIsReadBackWithoutLoss() {
        assertThat(TraceJson.read(TraceJson.write(TRACE), "a test")).isEqualTo(TRACE);
        assertThat(TraceJson.read(TraceJson.writePretty(TRACE), "a test")).isEqualTo(TRACE);
    }

    @Test
    void prettyTextIsTheSameJson() {
        assertThat(TraceJson.write(TraceJson.read(TraceJson.writePretty(TRACE), "a test")))
                .isEqualTo(TraceJson.write(TRACE));
    }

    @Test
    void whatIsNoTraceIsRefusedWithTheReason() {
        String good = TraceJson.write(TRACE);

        assertThatThrownBy(() -> TraceJson.read("[", "x.json")).hasMessageContaining("x.json failed: it is not JSON");
        assertThatThrownBy(() -> TraceJson.read("{}", "x.json")).hasMessageContaining("\"format\" is not");
        assertThatThrownBy(() -> TraceJson.read(good.replace("\"version\":1", "\"version\":2"), "x.json"))
                .hasMessageEndingWith("\"version\" is 2; this pinfuzz reads 1");
        assertThatThrownBy(() -> TraceJson.read(good.replace("\"DONE\"", "\"DUNE\""), "x.json"))
                .hasMessageContaining("status is \"DUNE\", not one of [NOT_RUN,");
        assertThatThrownBy(() -> TraceJson.read(good.replace("\"faulted\"", "\"fault\""), "x.json"))
                .hasMessageEndingWith("a read has an unknown field \"fault\"");
    }
}
