// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Accounts;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

/** A step and what was seen of it, told by hand: for operations that the simulated kernel does not have. */
record Seen(Step step, StepTrace trace) {
    static final long PRESENT = 1L << 63;
    static final long SWAPPED = 1L << 62;
    static final long WRITABLE = 1L << 60;
    static final long DEVICE = 1L << 59;
    static final long PROTECTED = 1L << 57;
    static final long EXCLUSIVE = 1L << 56;

    /** A step that was answered something. */
    static Seen step(long result, Step step) {
        return new Seen(step, StepTrace.withoutFacts(StepStatus.DONE, result));
    }

    /** A step that ran out of time. */
    static Seen stuck(Step step) {
        return new Seen(step, StepTrace.withoutFacts(StepStatus.TIMED_OUT, 0));
    }

    /** The same, by which so many more pages were pinned. */
    Seen pinsChange(int pages) {
        Accounts accounts = new Accounts(-1, "", true, pages, List.of());
        return new Seen(
                step,
                new StepTrace(
                        trace.status(),
                        trace.result(),
                        trace.faultMask(),
                        trace.values(),
                        trace.mappings(),
                        trace.pages(),
                        Optional.of(accounts),
                        0,
                        0));
    }

    /** The same, with a value for each page. */
    Seen values(Long... values) {
        return new Seen(
                step,
                new StepTrace(
                        trace.status(),
                        trace.result(),
                        trace.faultMask(),
                        List.of(values),
                        trace.mappings(),
                        trace.pages(),
                        0,
                        0));
    }

    /** The same, with faults at some pages. */
    Seen faults(int mask) {
        return new Seen(
                step,
                new StepTrace(
                        trace.status(), trace.result(), mask, trace.values(), trace.mappings(), trace.pages(), 0, 0));
    }

    /** The same, with one more entry of the page table of t0, and the facts of its frame. */
    Seen entry(int region, int page, long entry, PageFact... facts) {
        List<MappingFact> mappings = new ArrayList<>(trace.mappings());
        mappings.add(new MappingFact(0, region, page, entry));
        return new Seen(
                step,
                new StepTrace(
                        trace.status(),
                        trace.result(),
                        trace.faultMask(),
                        trace.values(),
                        mappings,
                        Stream.concat(trace.pages().stream(), Stream.of(facts)).toList(),
                        0,
                        0));
    }

    /** An anonymous page of the kernel's own, mapped once, as the module tells it. */
    static PageFact frame(long pfn, int refs) {
        int flags = 1 << PageFact.Flag.VALID.ordinal()
                | 1 << PageFact.Flag.ANON.ordinal()
                | 1 << PageFact.Flag.EXCLUSIVE.ordinal()
                | (refs > 1000 ? 1 << PageFact.Flag.MAYBE_PINNED.ordinal() : 0);
        return new PageFact(pfn, flags, refs, refs / 1024, 1, 2, 1, 0);
    }

    /** A run of these steps, with nothing read at the end. */
    static Run run(Seen... seen) {
        Program program = new Program(Stream.of(seen).map(Seen::step).toList());
        Trace trace = new Trace(
                ProgramEnd.COMPLETE,
                Stream.of(seen).map(Seen::trace).toList(),
                List.of(),
                List.of(),
                Leftovers.NOTHING);
        return new Run(program, trace, List.of());
    }
}
