// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.PageCount;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.model.Place;
import org.pinfuzz.generators.operation.Expectation;
import org.pinfuzz.generators.operation.Mismatch;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

/**
 * Judges a stored run: a pure function of program, trace, console titles and kernel version. The model is led through
 * the trace step by step, and every invariant looks at every moment.
 */
public final class Judge {
    /** A program counts from this many executed steps; see the section on verdicts in the semantics. */
    public static final int JUDGED_STEPS = 8;

    private static final Set<String> ALWAYS = Set.of("RESULT", "NO-SPLAT", "NOTHING-LEFT", "PIN-BALANCE");

    private final KernelVersion kernel;
    private final Program program;
    private final Trace trace;
    private final List<String> splats;
    private final Model model = new Model();
    private final Set<Object> tainted = new HashSet<>();
    private final Report report = new Report(tainted);
    private final Signal signal = new Signal();
    private final List<String> inconclusive = new ArrayList<>();
    private final Map<PinnedPage, Integer> lastAgreed = new HashMap<>();
    private final Consumer<Moment> watcher;
    private int lastMigration = -1;
    private boolean pinned;

    private Judge(Program program, Trace trace, List<String> splats, KernelVersion kernel, Consumer<Moment> watcher) {
        this.program = program;
        this.trace = trace;
        this.splats = List.copyOf(splats);
        this.kernel = kernel;
        this.watcher = watcher;
    }

    /**
     * @param splats titles of what the kernel's console said during the run
     * @param kernel version of the kernel that ran it
     */
    public static Judgement judge(Program program, Trace trace, List<String> splats, KernelVersion kernel) {
        return new Judge(program, trace, splats, kernel, moment -> {}).judge();
    }

    /** The same, and shows every moment that was judged: after each step that ran, and the end. */
    public static Judgement judge(
            Program program, Trace trace, List<String> splats, KernelVersion kernel, Consumer<Moment> watcher) {
        return new Judge(program, trace, splats, kernel, watcher).judge();
    }

    private Judgement judge() {
        try {
            boolean whole = judgeSteps();
            judgeEnd(whole);
        } catch (RuntimeException e) {
            // An oracle that throws has judged nothing; it must neither stop a campaign nor pass for a verdict.
            inconclusive.add("the judge failed: " + e);
        }
        // What has something to judge in every program makes none of them count.
        boolean something = report.passed().keySet().stream().anyMatch(id -> !ALWAYS.contains(id));
        boolean counted = trace.executedSteps() >= JUDGED_STEPS
                && pinned
                && (something || !report.violations().isEmpty());
        return new Judgement(
                report.violations(), inconclusive, counted, trace.executedSteps(), report.passed(), signal.seen());
    }

    /** Answers whether every step could be judged. */
    private boolean judgeSteps() {
        if (trace.end() == ProgramEnd.NOT_STARTED) {
            if (splats.isEmpty()) {
                inconclusive.add("the program did not start");
            }
            return false;
        }
        if (trace.steps().size() != program.size()) {
            inconclusive.add("the trace has " + trace.steps().size() + " steps, the program " + program.size());
            return false;
        }
        for (int i = 0; i < trace.steps().size(); i++) {
            Step step = program.steps().get(i);
            StepTrace seen = trace.steps().get(i);
            Operation operation = Operations.of(step);
            boolean skipped = !model.alive(step.task()) || operation.skipped(model, step);
            if (seen.allocationFailed()) {
                return giveUp(i, "an allocation in it was made to fail, which leaves open what was done");
            }
            switch (seen.status()) {
                case SKIPPED -> {
                    if (!skipped) {
                        return giveUp(i, "the agent skipped a step that the model runs");
                    }
                }
                case UNSUPPORTED ->
                    inconclusive.add("step " + i + ": the guest has no "
                            + step.operation().name());
                case TIMED_OUT -> {
                    if (!skipped) {
                        judgeSilence(i, step, operation);
                    }
                    return giveUp(i, "the step ran out of time");
                }
                case DIED -> {
                    return giveUp(i, "the task died of signal " + -seen.result());
                }
                case NOT_RUN -> {
                    return giveUp(i, "the step was not reached");
                }
                case DONE -> {
                    if (skipped) {
                        return giveUp(i, "the agent ran a step that the model skips");
                    }
                    if (!judgeStep(i, step, operation, seen)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private boolean giveUp(int index, String why) {
        inconclusive.add(
                "step " + index + " (" + program.steps().get(index).operation().name() + "): " + why);
        return false;
    }

    private boolean judgeStep(int index, Step step, Operation operation, StepTrace seen) {
        PageCount heldBefore = model.held();
        Expectation expectation = operation.apply(model, index, step, Optional.of(seen));
        if (model.memoryLimited() && !expectation.resultAllowed()) {
            return giveUp(
                    index, "short of memory it answered " + seen.resultText() + ", which leaves open what was done");
        }
        if (operation.migrates(step)) {
            lastMigration = index;
        }
        pinned |= step.created()
                .flatMap(handle -> handle.kind() == org.pinfuzz.generators.program.HandleKind.PIN
                        ? model.pin(handle.number())
                        : Optional.empty())
                .isPresent();
        List<Divergence> divergences = divergences(index, seen.mappings());
        Moment moment = moment(index, step, seen, expectation, seen.resultText(), divergences, heldBefore);
        Invariants.all().forEach(invariant -> invariant.afterStep(moment, report));
        watcher.accept(moment);
        signal.add(step, seen, model);
        divergences.forEach(divergence -> divergence.page().markDiverged());
        // After an answer that the model does not know, the model knows nothing more.
        if (expectation.lost()) {
            return giveUp(index, "the answer " + seen.resultText() + " leaves open what was done");
        }
        return expectation.resultAllowed();
    }

    /** A step never came back: some must. */
    private void judgeSilence(int index, Step step, Operation operation) {
        StepTrace nothing = StepTrace.withoutFacts(StepStatus.TIMED_OUT, 0);
        operation.neverAnswered(model, step).ifPresent(expectation -> {
            Moment moment = moment(index, step, nothing, expectation, "no answer", List.of(), model.held());
            Invariants.all().forEach(invariant -> invariant.afterStep(moment, report));
        });
    }

    private Moment moment(
            int index,
            Step step,
            StepTrace seen,
            Expectation expectation,
            String answer,
            List<Divergence> divergences,
            PageCount heldBefore) {
        return new Moment(
                kernel,
                model,
                index,
                Optional.of(step),
                Optional.of(expectation),
                answer,
                seen.values(),
                expectation.mismatches(),
                divergences,
                seen.mappings(),
                seen.pages(),
                seen.accounts(),
                model.held().since(heldBefore),
                List.of(),
                Optional.empty(),
                Leftovers.NOTHING,
                List.of(),
                tainted);
    }

    private void judgeEnd(boolean stepsJudged) {
        boolean whole = stepsJudged && trace.end() == ProgramEnd.COMPLETE;
        if (stepsJudged && !whole) {
            inconclusive.add("the program ended as " + trace.end() + " after its last step");
        }
        List<Mismatch> mismatches = new ArrayList<>();
        List<MappingFact> mappings = new ArrayList<>();
        List<EndRead> charges = new ArrayList<>();
        if (whole) {
            for (EndRead read : trace.reads()) {
                switch (read.source()) {
                    case PIN -> pinRead(read, mismatches);
                    case MEMORY -> {
                        mappings.add(read.mapping());
                        memoryRead(read, mismatches);
                    }
                    case LOCKED, PINNED -> charges.add(read);
                }
            }
        }
        List<Divergence> divergences = whole ? divergences(program.size(), mappings) : List.of();
        List<PageFact> pages = whole ? trace.endPages() : List.of();
        Moment moment = new Moment(
                kernel,
                model,
                program.size(),
                Optional.empty(),
                Optional.empty(),
                "",
                List.of(),
                mismatches,
                divergences,
                mappings,
                pages,
                Optional.empty(),
                new PageCount(0, 0),
                charges,
                stuck(),
                trace.leftovers(),
                splats,
                tainted);
        watcher.accept(moment);
        if (whole) {
            Invariants.all().forEach(invariant -> invariant.atEnd(moment, report));
        } else {
            // What the kernel left behind and what it said needs no model.
            Invariants.all().stream()
                    .filter(Invariant::needsNoModel)
                    .forEach(invariant -> invariant.atEnd(moment, report));
        }
    }

    /** The step that ran out of time. */
    private Optional<Step> stuck() {
        for (int i = 0; i < trace.steps().size(); i++) {
            if (trace.steps().get(i).status() == StepStatus.TIMED_OUT) {
                return Optional.of(program.steps().get(i));
            }
        }
        return Optional.empty();
    }

    private void pinRead(EndRead read, List<Mismatch> mismatches) {
        Optional<Pin> pin = model.pin(read.handle()).filter(Pin::live);
        if (pin.isEmpty() || read.page() >= pin.get().pages().size() || read.faulted()) {
            inconclusive.add("the end: k" + read.handle() + " page " + read.page() + " could not be read");
            return;
        }
        Mismatch.ofDevice(pin.get(), read.page(), read.value()).ifPresent(mismatches::add);
    }

    private void memoryRead(EndRead read, List<Mismatch> mismatches) {
        Optional<Page> page = model.page(read.task(), read.handle(), read.page());
        if (page.isEmpty()) {
            // Memory that must not be there: RESULT tells it.
            return;
        }
        if (page.get().readable() == read.faulted() && !page.get().mayFault(false)) {
            inconclusive.add("the end: t" + read.task() + " r" + read.handle() + " page " + read.page() + " is "
                    + (read.faulted() ? "not readable" : "readable") + ", against the model");
        } else if (!read.faulted() && page.get().readable()) {
            Mismatch.ofTask(read.task(), read.handle(), read.page(), page.get(), read.value())
                    .ifPresent(mismatches::add);
        }
    }

    /** Pinned pages whose owner was now first seen to map another frame. */
    private List<Divergence> divergences(int index, List<MappingFact> mappings) {
        List<Divergence> found = new ArrayList<>();
        for (Pin pin : model.livePins()) {
            for (PinnedPage page : pin.held()) {
                if (!page.coherent() || !page.mapped() || page.diverged() || page.pfn() == 0 || isTainted(page)) {
                    continue;
                }
                Optional<MappingFact> mapping = mapping(mappings, page.place().orElseThrow());
                long mapped = mapping.map(MappingFact::pfn).orElse(0L);
                if (mapped == page.pfn()) {
                    lastAgreed.put(page, index);
                } else if (mapped != 0
                        || mapping.map(seen -> seen.swapped() && !seen.exclusive())
                                .orElse(false)) {
                    boolean migrated = lastMigration == index
                            || (lastMigration > lastAgreed.getOrDefault(page, -1) && !copiesOnWrite(index));
                    found.add(new Divergence(pin, page, where(page), mapped, migrated));
                }
            }
        }
        return found;
    }

    /** Where the owner has a pinned page, for people. */
    private String where(PinnedPage page) {
        Place place = page.place().orElseThrow();
        return model.taskOf(place.memory())
                        .map(task -> "t" + task.number() + " ")
                        .orElse("")
                + place;
    }

    /** Whether the step itself may have copied the page: then a migration before it, unseen, is not to blame. */
    private boolean copiesOnWrite(int index) {
        return index < program.size()
                && List.of(
                                Operations.WRITE,
                                Operations.PIN,
                                Operations.URING_PIN,
                                Operations.MEMPINFD_PIN,
                                Operations.FORK)
                        .contains(Operations.of(program.steps().get(index)));
    }

    private boolean isTainted(PinnedPage page) {
        return page.cell().map(cell -> tainted.contains(cell.lineage())).orElse(false);
    }

    private Optional<MappingFact> mapping(List<MappingFact> mappings, Place place) {
        return mappings.stream()
                .filter(mapping -> model.alive(mapping.task())
                        && place.equals(
                                new Place(model.task(mapping.task()).memory(), mapping.region(), mapping.page())))
                .findFirst();
    }
}
