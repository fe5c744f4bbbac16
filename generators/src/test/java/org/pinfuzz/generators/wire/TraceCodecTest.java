// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Accounts;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

class TraceCodecTest {
    private static final List<Program> BATCH =
            List.of(new Program(List.of()), new Program(List.of(Step.of(0, Operations.COMPACT))));
    private static final PageFact PAGE = new PageFact(0x40001, 0x86, 1025, 1, -1, 3, 255, 1, 9);
    private static final Leftovers LEFT = new Leftovers(-1, 2, 3, 4, 5, -6, -7, 8, -9);

    /** Every field has a value of its own, and every limit that is checked is reached. */
    private static final Trace TRACE = new Trace(
            ProgramEnd.TASK_DIED,
            List.of(new StepTrace(
                    StepStatus.DONE,
                    -14,
                    0x80000001,
                    List.of(Long.MIN_VALUE),
                    List.of(new MappingFact(5, 7, 7, (1L << 63) | 0x40001)),
                    List.of(PAGE),
                    Optional.of(new Accounts(3, "mempinfd: x", true, -2, List.of(1L, 2L, 3L, 4L, 5L, -1L))),
                    10,
                    0xffff_ffffL)),
            List.of(
                    new EndRead(EndRead.Source.PIN, 5, 11, 7, true, -1, 0),
                    new EndRead(EndRead.Source.MEMORY, 0, 7, 1, false, 513, -1)),
            List.of(PAGE, PAGE),
            LEFT);

    private static byte[] valid() {
        return EncodedTrace.result(1, TRACE);
    }

    @Test
    void aResultIsReadAsItWasSent() throws WireFormatException {
        assertThat(TraceCodec.decodeResult(valid(), BATCH)).isEqualTo(new TraceCodec.Result(1, TRACE));
    }

    @Test
    void whatABatchLeftIsReadAsItWasSent() throws WireFormatException {
        assertThat(TraceCodec.decodeBatchDone(EncodedTrace.batchDone(LEFT))).isEqualTo(LEFT);
    }

    @Test
    void aPayloadThatEndsEarlyOrLateIsRefused() {
        byte[] valid = valid();
        for (int length = 0; length < valid.length; length++) {
            byte[] cut = Arrays.copyOf(valid, length);
            assertThatThrownBy(() -> TraceCodec.decodeResult(cut, BATCH))
                    .as("%d of %d bytes", length, valid.length)
                    .isInstanceOf(WireFormatException.class)
                    .hasMessageStartingWith("the payload ends at byte ");
        }
        assertThatThrownBy(() -> TraceCodec.decodeResult(Arrays.copyOf(valid, valid.length + 1), BATCH))
                .isInstanceOf(WireFormatException.class)
                .hasMessage("1 bytes follow the end of the payload");
        byte[] done = EncodedTrace.batchDone(LEFT);
        for (int length = 0; length < done.length; length++) {
            byte[] cut = Arrays.copyOf(done, length);
            assertThatThrownBy(() -> TraceCodec.decodeBatchDone(cut)).isInstanceOf(WireFormatException.class);
        }
    }

    @ParameterizedTest(name = "byte {0} as {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "0   | 2   | program index is 2, outside 0..1",
                "3   | 128 | program index is -2147483647, outside 0..1",
                "4   | 4   | end is 4, which is none",
                "6   | 2   | step count is 2, the program has 1",
                "6   | 0   | step count is 0, the program has 1",
                "9   | 2   | end read count is 514, outside 0..492",
                "11  | 1   | end page count is 258, outside 0..255",
                "19  | 255 | late pins is -16777214, outside 0..2147483647",
                "23  | 255 | pin descriptors is -16777213, outside 0..2147483647",
                "27  | 255 | pinned frames is -16777212, outside 0..2147483647",
                "31  | 255 | processes is -16777211, outside 0..2147483647",
                "48  | 6   | status is 6, which is none",
                "72  | 3   | watched is 3, outside 0..2",
                "83  | 255 | log records are -16777213, below -1",
                "84  | 2   | pins known is 2, outside 0..1",
                "103 | 255 | charge of t0 is -72057594037927935, below -1",
                "144 | 255 | first record is not UTF-8",
                "232 | 6   | mapping task is 6, outside 0..5",
                "233 | 8   | mapping region is 8, outside 0..7",
                "234 | 8   | mapping page is 8, outside 0..7",
                "280 | 4   | read source is 4, outside 0..3",
                "281 | 6   | read task is 6, outside 0..5",
                "282 | 12  | read handle is 12, outside 0..11",
                "283 | 8   | read page is 8, outside 0..7",
                "284 | 2   | read fault is 2, outside 0..1",
                "306 | 8   | read handle is 8, outside 0..7",
            })
    void eachFieldOutsideItsRangeIsRefusedByName(int offset, int value, String message) {
        byte[] bytes = valid();
        bytes[offset] = (byte) value;

        assertThatThrownBy(() -> TraceCodec.decodeResult(bytes, BATCH))
                .isInstanceOf(WireFormatException.class)
                .hasMessage(message);
    }

    @ParameterizedTest(name = "count at byte {0}")
    @CsvSource({"8", "10", "49", "50", "51"})
    void aCountThatDoesNotFitThePayloadIsRefused(int offset) {
        for (int change : new int[] {-1, 1, 100}) {
            byte[] bytes = valid();
            bytes[offset] += (byte) change;

            assertThatThrownBy(() -> TraceCodec.decodeResult(bytes, BATCH))
                    .as("count changed by %d", change)
                    .isInstanceOf(WireFormatException.class);
        }
    }

    @Test
    void noResultBelongsToAnEmptyBatch() {
        assertThatThrownBy(() -> TraceCodec.decodeResult(valid(), List.of())).isInstanceOf(WireFormatException.class);
    }
}
