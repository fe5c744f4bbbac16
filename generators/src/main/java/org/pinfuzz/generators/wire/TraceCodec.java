// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Accounts;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

/**
 * Decodes what a guest says of its programs: the payloads of RESULT and BATCH_DONE. Every count and every code is
 * checked; whatever is wrong is a {@link WireFormatException} and nothing else.
 */
public final class TraceCodec {
    /** Most values, mappings or pages of one step. */
    static final int MAX_FACTS = 255;

    /** Most pages that can be read at the end: all pages of all pins and of all regions of all tasks. */
    static final int MAX_END_READS = HandleKind.PIN.limit() * Region.MAX_PAGES
            + HandleKind.TASK.limit() * HandleKind.REGION.limit() * Region.MAX_PAGES
            + HandleKind.TASK.limit() * 2;

    /** How much of a record of the kernel's log is told. */
    static final int RECORD_BYTES = 80;

    /** A page of 1 GiB is the largest that x86-64 has. */
    private static final int MAX_ORDER = 18;

    private static final long MAX_LEFT = Integer.MAX_VALUE;

    private TraceCodec() {}

    /**
     * One program's result.
     *
     * @param index place of the program in its batch
     */
    public record Result(int index, Trace trace) {}

    /**
     * Decodes a RESULT.
     *
     * @param batch the programs that were sent
     */
    public static Result decodeResult(byte[] bytes, List<Program> batch) throws WireFormatException {
        Payload payload = new Payload(bytes);
        int index = payload.bounded(payload.s32("program index"), batch.size() - 1, "program index");
        int endCode = payload.u8("end");
        ProgramEnd end = ProgramEnd.of(endCode)
                .orElseThrow(() -> new WireFormatException("end is " + endCode + ", which is none"));
        payload.u8("padding");
        int stepCount = payload.u16("step count");
        if (stepCount != batch.get(index).size()) {
            throw new WireFormatException("step count is " + stepCount + ", the program has "
                    + batch.get(index).size());
        }
        int readCount = payload.bounded(payload.u16("end read count"), MAX_END_READS, "end read count");
        int pageCount = payload.bounded(payload.u16("end page count"), MAX_FACTS, "end page count");
        Leftovers leftovers = leftovers(payload);
        List<StepTrace> steps = new ArrayList<>(stepCount);
        for (int i = 0; i < stepCount; i++) {
            steps.add(step(payload));
        }
        List<EndRead> reads = new ArrayList<>(readCount);
        for (int i = 0; i < readCount; i++) {
            reads.add(read(payload));
        }
        List<PageFact> pages = pages(payload, pageCount);
        payload.atEnd();
        return new Result(index, new Trace(end, steps, reads, pages, leftovers));
    }

    /** Decodes a BATCH_DONE: what the whole batch left behind. */
    public static Leftovers decodeBatchDone(byte[] bytes) throws WireFormatException {
        Payload payload = new Payload(bytes);
        Leftovers leftovers = leftovers(payload);
        payload.atEnd();
        return leftovers;
    }

    private static Leftovers leftovers(Payload payload) throws WireFormatException {
        return new Leftovers(
                payload.s32("pins left"),
                payload.bounded(payload.s32("late pins"), (int) MAX_LEFT, "late pins"),
                payload.bounded(payload.s32("pin descriptors"), (int) MAX_LEFT, "pin descriptors"),
                payload.bounded(payload.s32("pinned frames"), (int) MAX_LEFT, "pinned frames"),
                payload.bounded(payload.s32("processes"), (int) MAX_LEFT, "processes"),
                payload.s32("mounts"),
                payload.s32("anonymous pages"),
                payload.s32("shared memory pages"),
                payload.s32("huge pages"));
    }

    private static StepTrace step(Payload payload) throws WireFormatException {
        int code = payload.u8("status");
        StepStatus status =
                StepStatus.of(code).orElseThrow(() -> new WireFormatException("status is " + code + ", which is none"));
        int valueCount = payload.u8("value count");
        int mappingCount = payload.u8("mapping count");
        int pageCount = payload.u8("page count");
        int faultMask = payload.s32("fault mask");
        long result = payload.s64("result");
        long startUs = payload.u32("start");
        long endUs = payload.u32("end");
        boolean watched = payload.bounded(payload.s32("watched"), Operation.Watch.values().length - 1, "watched") > 0;
        payload.s32("padding");
        Optional<Accounts> accounts = watched ? Optional.of(accounts(payload)) : Optional.empty();
        List<Long> values = new ArrayList<>(valueCount);
        for (int i = 0; i < valueCount; i++) {
            values.add(payload.s64("value"));
        }
        List<MappingFact> mappings = new ArrayList<>(mappingCount);
        for (int i = 0; i < mappingCount; i++) {
            int task = payload.bounded(payload.u8("mapping task"), HandleKind.TASK.limit() - 1, "mapping task");
            int region = payload.bounded(payload.u8("mapping region"), HandleKind.REGION.limit() - 1, "mapping region");
            int page = payload.bounded(payload.u8("mapping page"), Region.MAX_PAGES - 1, "mapping page");
            payload.u8("padding");
            payload.s32("padding");
            mappings.add(new MappingFact(task, region, page, payload.s64("pagemap entry")));
        }
        return new StepTrace(
                status, result, faultMask, values, mappings, pages(payload, pageCount), accounts, startUs, endUs);
    }

    private static Accounts accounts(Payload payload) throws WireFormatException {
        int logRecords = payload.s32("log records");
        if (logRecords < -1) {
            throw new WireFormatException("log records are " + logRecords + ", below -1");
        }
        boolean pinsKnown = payload.bounded(payload.s32("pins known"), 1, "pins known") == 1;
        int pinsChange = payload.s32("change of pins");
        payload.s32("padding");
        List<Long> pinnedVm = new ArrayList<>(HandleKind.TASK.limit());
        for (int i = 0; i < HandleKind.TASK.limit(); i++) {
            long charged = payload.s64("charge of a task");
            if (charged < -1) {
                throw new WireFormatException("charge of t" + i + " is " + charged + ", below -1");
            }
            pinnedVm.add(charged);
        }
        String firstRecord = payload.text(RECORD_BYTES, "first record");
        return new Accounts(logRecords, firstRecord, pinsKnown, pinsChange, pinnedVm);
    }

    private static List<PageFact> pages(Payload payload, int count) throws WireFormatException {
        List<PageFact> pages = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long pfn = payload.s64("pfn");
            int flags = payload.s32("page flags");
            int refs = payload.s32("references");
            int pins = payload.s32("pins");
            int maps = payload.s32("mappings of a page");
            int zone = payload.u8("zone");
            int migratetype = payload.u8("migratetype");
            int node = payload.u8("node");
            int order = payload.bounded(payload.u8("order"), MAX_ORDER, "order");
            payload.s32("padding");
            pages.add(new PageFact(pfn, flags, refs, pins, maps, zone, migratetype, node, order));
        }
        return pages;
    }

    private static EndRead read(Payload payload) throws WireFormatException {
        int source = payload.bounded(payload.u8("read source"), EndRead.Source.values().length - 1, "read source");
        int task = payload.bounded(payload.u8("read task"), HandleKind.TASK.limit() - 1, "read task");
        int limit = source == 0 ? HandleKind.PIN.limit() : HandleKind.REGION.limit();
        int handle = payload.bounded(payload.u8("read handle"), limit - 1, "read handle");
        int page = payload.bounded(payload.u8("read page"), Region.MAX_PAGES - 1, "read page");
        boolean faulted = payload.bounded(payload.s32("read fault"), 1, "read fault") == 1;
        long value = payload.s64("read value");
        return new EndRead(
                EndRead.Source.values()[source], task, handle, page, faulted, value, payload.s64("pagemap entry"));
    }
}
