// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/** Encodes programs for the agent: the payloads of BATCH and BENCH. Layout in {@code docs/formats/wire.md}. */
public final class BatchCodec {
    /** Most programs of one batch; the agent refuses more. */
    public static final int MAX_PROGRAMS = 4096;

    private static final int HEAD_BYTES = 16;
    private static final int PROGRAM_BYTES = 12;
    private static final int STEP_BYTES = 4;

    private BatchCodec() {}

    /** What the agent does to its own guest before it runs a program: tests of the guest pool ask for it. */
    public enum Chaos {
        NONE,
        /** Crash the kernel through sysrq. */
        PANIC,
        /** Stop answering. */
        HANG,
        /** Send bytes that are no frame. */
        GARBAGE,
        /** Write a fault to the kernel's log, then stop answering. */
        FAULT_AND_HANG,
        /** Leave in io_uring's pipe what a program leaves that is killed while its device writes. */
        HALF_A_DEVICE_WRITE
    }

    /** One program of a batch. */
    public record Entry(Program program, Chaos chaos) {
        public Entry {
            requireNonNull(program, "program is null");
            requireNonNull(chaos, "chaos is null");
        }

        public Entry(Program program) {
            this(program, Chaos.NONE);
        }
    }

    public static byte[] encode(List<Entry> entries, ExecutionLimits limits) {
        ByteBuffer payload = allocate(entries);
        payload.putInt(limits.stepMs())
                .putInt(limits.programMs())
                .putInt(entries.size())
                .putInt(0);
        return filled(payload, entries);
    }

    /** What BENCH loops over its programs. */
    public enum BenchMode {
        /** The agent as in a campaign, with all observations; results are thrown away in the guest. */
        AGENT,
        /** A bare loop of fork, the same system calls, exit and wait: nothing is observed. */
        BARE
    }

    /** The payload of BENCH: loop over the programs until {@code durationMs} have passed. */
    public static byte[] encodeBench(List<Program> programs, BenchMode mode, int durationMs) {
        List<Entry> entries = programs.stream().map(Entry::new).toList();
        ByteBuffer payload = allocate(entries);
        payload.putInt(mode.ordinal()).putInt(durationMs).putInt(entries.size()).putInt(0);
        return filled(payload, entries);
    }

    private static ByteBuffer allocate(List<Entry> entries) {
        if (entries.isEmpty() || entries.size() > MAX_PROGRAMS) {
            throw new IllegalArgumentException(
                    "a batch has 1 to " + MAX_PROGRAMS + " programs, this one " + entries.size());
        }
        int size = HEAD_BYTES;
        for (Entry entry : entries) {
            size += PROGRAM_BYTES;
            for (Step step : entry.program().steps()) {
                size += STEP_BYTES + 4 * step.arguments().size();
            }
        }
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] filled(ByteBuffer payload, List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            Program program = entries.get(i).program();
            payload.putInt(i).putShort((short) program.size());
            payload.put((byte) entries.get(i).chaos().ordinal());
            payload.put((byte) program.handles(HandleKind.REGION));
            payload.put((byte) program.handles(HandleKind.TASK));
            payload.put((byte) program.handles(HandleKind.PIN));
            payload.put((byte) program.handles(HandleKind.FILE));
            payload.put((byte) 0);
            for (Step step : program.steps()) {
                payload.put((byte) step.operation().code());
                payload.put((byte) step.lane());
                payload.put((byte) step.task());
                payload.put((byte) step.arguments().size());
                step.arguments().forEach(payload::putInt);
            }
        }
        return payload.array();
    }
}
