// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.pinfuzz.generators.operation.Operations.MMAP;
import static org.pinfuzz.generators.operation.Operations.PIN;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.Accounts;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

/** A run for the judge: what the simulated kernel said of a program, changed by hand where no plant does it. */
record Run(Program program, Trace trace, List<String> splats) {
    /** A run of a kernel without bugs. */
    static Run of(Step... steps) {
        return of(Set.of(), steps);
    }

    static Run of(Plant plant, Step... steps) {
        return of(Set.of(plant), steps);
    }

    private static Run of(Set<Plant> plants, Step... steps) {
        Program program = new Program(List.of(steps));
        return new Run(program, new SimulatedKernel(plants).run(program), List.of());
    }

    /** Private anonymous memory at r0, readable and writable. */
    static Step mmap(int pages) {
        return Step.of(0, MMAP, 0, pages, 0, 0);
    }

    static Step shortWritePin(int pin, int first, int pages) {
        return Step.of(0, PIN, 0, first, pages, pin, 0, 0, 0);
    }

    static Step shortReadPin(int pin, int first, int pages) {
        return Step.of(0, PIN, 0, first, pages, pin, 1, 0, 0);
    }

    static Step longWritePin(int pin, int first, int pages) {
        return Step.of(0, PIN, 0, first, pages, pin, 0, 1, 0);
    }

    static Step longReadPin(int pin, int first, int pages) {
        return Step.of(0, PIN, 0, first, pages, pin, 1, 1, 0);
    }

    Run saying(String title) {
        return new Run(program, trace, List.of(title));
    }

    Run leaving(Leftovers leftovers) {
        return with(trace.withLeftovers(leftovers));
    }

    Run ending(ProgramEnd end) {
        return with(new Trace(end, trace.steps(), trace.reads(), trace.endPages(), trace.leftovers()));
    }

    /** The same run with another status and result of one step. */
    Run answering(int step, StepStatus status, long result) {
        return withStep(
                step,
                seen -> new StepTrace(
                        status, result, seen.faultMask(), seen.values(), seen.mappings(), seen.pages(), 0, 0));
    }

    Run faulting(int step, int faultMask) {
        return withStep(
                step,
                seen -> new StepTrace(
                        seen.status(), seen.result(), faultMask, seen.values(), seen.mappings(), seen.pages(), 0, 0));
    }

    Run reading(int step, Long... values) {
        return withStep(
                step,
                seen -> new StepTrace(
                        seen.status(),
                        seen.result(),
                        seen.faultMask(),
                        List.of(values),
                        seen.mappings(),
                        seen.pages(),
                        0,
                        0));
    }

    /** The same run in which the kernel's log got a record during one step that is watched for that. */
    Run logging(int step, String record) {
        return withStep(step, seen -> {
            Accounts accounts = seen.accounts().orElseThrow();
            return new StepTrace(
                    seen.status(),
                    seen.result(),
                    seen.faultMask(),
                    seen.values(),
                    seen.mappings(),
                    seen.pages(),
                    Optional.of(
                            new Accounts(1, record, accounts.pinsKnown(), accounts.pinsChange(), accounts.pinnedVm())),
                    0,
                    0);
        });
    }

    /** The same run with another value of one read at the end. */
    Run readingAtTheEnd(int read, long value) {
        List<EndRead> reads = new ArrayList<>(trace.reads());
        EndRead old = reads.get(read);
        reads.set(
                read,
                new EndRead(old.source(), old.task(), old.handle(), old.page(), old.faulted(), value, old.entry()));
        return with(new Trace(trace.end(), trace.steps(), reads, trace.endPages(), trace.leftovers()));
    }

    /** The same run in which a task finds one more page mapped at the end. */
    Run findingAtTheEnd(EndRead read) {
        List<EndRead> reads = new ArrayList<>(trace.reads());
        reads.add(read);
        return with(new Trace(trace.end(), trace.steps(), reads, trace.endPages(), trace.leftovers()));
    }

    /** The same run with other facts of all frames. */
    Run seeing(UnaryOperator<PageFact> change) {
        List<StepTrace> steps = trace.steps().stream()
                .map(seen -> new StepTrace(
                        seen.status(),
                        seen.result(),
                        seen.faultMask(),
                        seen.values(),
                        seen.mappings(),
                        seen.pages().stream().map(change).toList(),
                        0,
                        0))
                .toList();
        List<PageFact> endPages = trace.endPages().stream().map(change).toList();
        return with(new Trace(trace.end(), steps, trace.reads(), endPages, trace.leftovers()));
    }

    private Run withStep(int index, UnaryOperator<StepTrace> change) {
        List<StepTrace> steps = new ArrayList<>(trace.steps());
        steps.set(index, change.apply(steps.get(index)));
        return with(new Trace(trace.end(), steps, trace.reads(), trace.endPages(), trace.leftovers()));
    }

    private Run with(Trace changed) {
        return new Run(program, changed, splats);
    }

    Judgement judge() {
        return judge(SimulatedKernel.RELEASE);
    }

    Judgement judge(String release) {
        return Judge.judge(program, trace, splats, KernelVersion.parse(release));
    }
}
