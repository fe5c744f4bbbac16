// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.trace.Accounts;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

/** The agent's side of {@link TraceCodec}, for tests: what an agent would send for a trace. */
final class EncodedTrace {
    private static final int MOST_BYTES = 1 << 20;

    private final ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private EncodedTrace() {}

    static byte[] result(int index, Trace trace) {
        EncodedTrace encoded = new EncodedTrace();
        encoded.bytes.putInt(index).put((byte) trace.end().code()).put((byte) 0);
        encoded.bytes
                .putShort((short) trace.steps().size())
                .putShort((short) trace.reads().size())
                .putShort((short) trace.endPages().size());
        encoded.leftovers(trace.leftovers());
        trace.steps().forEach(encoded::step);
        trace.reads().forEach(encoded::read);
        encoded.pages(trace.endPages());
        return encoded.written();
    }

    static byte[] batchDone(Leftovers leftovers) {
        EncodedTrace encoded = new EncodedTrace();
        encoded.leftovers(leftovers);
        return encoded.written();
    }

    private byte[] written() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private void leftovers(Leftovers left) {
        bytes.putInt(left.pins()).putInt(left.latePins()).putInt(left.pinDescriptors());
        bytes.putInt(left.pinnedFrames()).putInt(left.processes()).putInt(left.mounts());
        bytes.putInt(left.anonPages()).putInt(left.shmemPages()).putInt(left.hugePages());
    }

    private void accounts(Accounts accounts) {
        bytes.putInt(accounts.logRecords()).putInt(accounts.pinsKnown() ? 1 : 0);
        bytes.putInt(accounts.pinsChange()).putInt(0);
        for (int task = 0; task < HandleKind.TASK.limit(); task++) {
            bytes.putLong(accounts.pinnedVm(task));
        }
        byte[] record = accounts.firstRecord().getBytes(StandardCharsets.UTF_8);
        bytes.put(Arrays.copyOf(record, TraceCodec.RECORD_BYTES));
    }

    private void step(StepTrace step) {
        bytes.put((byte) step.status().code());
        bytes.put((byte) step.values().size());
        bytes.put((byte) step.mappings().size());
        bytes.put((byte) step.pages().size());
        bytes.putInt(step.faultMask()).putLong(step.result());
        bytes.putInt((int) step.startUs()).putInt((int) step.endUs());
        bytes.putInt(step.accounts().isPresent() ? 1 : 0).putInt(0);
        step.accounts().ifPresent(this::accounts);
        step.values().forEach(bytes::putLong);
        for (MappingFact mapping : step.mappings()) {
            bytes.put((byte) mapping.task()).put((byte) mapping.region()).put((byte) mapping.page());
            bytes.put(new byte[5]).putLong(mapping.entry());
        }
        pages(step.pages());
    }

    private void pages(List<PageFact> pages) {
        for (PageFact page : pages) {
            bytes.putLong(page.pfn()).putInt(page.flags()).putInt(page.refs());
            bytes.putInt(page.pins()).putInt(page.maps());
            bytes.put((byte) page.zone()).put((byte) page.migratetype()).put((byte) page.node());
            bytes.put((byte) page.order()).put(new byte[4]);
        }
    }

    private void read(EndRead read) {
        bytes.put((byte) read.source().ordinal()).put((byte) read.task());
        bytes.put((byte) read.handle()).put((byte) read.page());
        bytes.putInt(read.faulted() ? 1 : 0).putLong(read.value()).putLong(read.entry());
    }
}
