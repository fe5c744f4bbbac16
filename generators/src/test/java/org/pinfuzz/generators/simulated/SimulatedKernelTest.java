// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinfuzz.generators.operation.Operations.COMPACT;
import static org.pinfuzz.generators.operation.Operations.DEVICE_READ;
import static org.pinfuzz.generators.operation.Operations.DEVICE_WRITE;
import static org.pinfuzz.generators.operation.Operations.EXIT;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.MADVISE;
import static org.pinfuzz.generators.operation.Operations.MMAP;
import static org.pinfuzz.generators.operation.Operations.MOVE_PAGES;
import static org.pinfuzz.generators.operation.Operations.MPROTECT;
import static org.pinfuzz.generators.operation.Operations.MUNMAP;
import static org.pinfuzz.generators.operation.Operations.PIN;
import static org.pinfuzz.generators.operation.Operations.READ;
import static org.pinfuzz.generators.operation.Operations.UNPIN;
import static org.pinfuzz.generators.operation.Operations.URING_PIN;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

class SimulatedKernelTest {
    private static final int WRITING = 0;
    private static final int READING = 1;
    private static final int SHORT = 0;
    private static final int LONG = 1;
    private static final int SLOW = 0;
    private static final int FAST = 1;

    private static Step mmap(int pages) {
        return Step.of(0, MMAP, 0, pages, 0, 0);
    }

    private static Step pin(int task, int pin, int pages, int access, int term, int path) {
        return Step.of(task, PIN, 0, 0, pages, pin, access, term, path);
    }

    private static Trace run(Set<Plant> plants, Step... steps) {
        return new SimulatedKernel(plants).run(new Program(List.of(steps)));
    }

    private static Trace run(Step... steps) {
        return run(Set.of(), steps);
    }

    private static long frameOf(StepTrace step, int task, int page) {
        return step.mappings().stream()
                .filter(mapping -> mapping.task() == task && mapping.page() == page)
                .findFirst()
                .orElseThrow()
                .pfn();
    }

    @Test
    void aReaderSeesWhatWasWrittenAndZeroWhereNobodyWrote() {
        Trace trace = run(mmap(2), Step.of(0, WRITE, 0, 0, 1), Step.of(0, READ, 0, 0, 3));

        assertThat(trace.steps().get(2).values()).containsExactly(Tokens.of(1, 0), 0L, 0L);
        assertThat(trace.steps().get(2).faultMask()).isEqualTo(0b100);
        assertThat(trace.leftovers()).isEqualTo(Leftovers.NOTHING);
    }

    @Test
    void aChildKeepsTheValuesOfTheFork() {
        Trace trace = run(
                mmap(1),
                Step.of(0, WRITE, 0, 0, 1),
                Step.of(0, FORK, 1),
                Step.of(0, WRITE, 0, 0, 1),
                Step.of(1, READ, 0, 0, 1));

        assertThat(trace.steps().get(4).values()).containsExactly(Tokens.of(1, 0));
        assertThat(frameOf(trace.steps().get(4), 1, 0))
                .isNotEqualTo(frameOf(trace.steps().get(3), 0, 0));
    }

    @Test
    void aLongTermPinLeavesTheMovableZoneAndAShortOneStays() {
        Trace trace = run(mmap(2), pin(0, 0, 1, WRITING, SHORT, SLOW), pin(0, 1, 2, WRITING, LONG, FAST));
        Trace alone = run(mmap(2), pin(0, 0, 2, WRITING, LONG, FAST));

        StepTrace shortTerm = trace.steps().get(1);
        assertThat(shortTerm.page(shortTerm.values().get(0)).orElseThrow().zone())
                .isEqualTo(PageFact.ZONE_MOVABLE);
        assertThat(trace.steps().get(2).result()).isEqualTo(Errno.ENOMEM.negated());
        StepTrace longTerm = alone.steps().get(1);
        assertThat(longTerm.result()).isEqualTo(2);
        assertThat(longTerm.values())
                .allSatisfy(pfn ->
                        assertThat(longTerm.page(pfn).orElseThrow().zoneName()).isEqualTo("Normal"));
    }

    @Test
    void aPinOfFewerPagesThanAskedIsAShortCountAndOneOfNoneIsAFault() {
        Trace trace = run(
                mmap(2),
                Step.of(0, URING_PIN, 0, 0, 4, 1),
                pin(0, 0, 4, WRITING, SHORT, SLOW),
                Step.of(0, MPROTECT, 0, 0, 2, 1),
                pin(0, 2, 1, WRITING, SHORT, FAST));

        assertThat(trace.steps().get(1).result()).isEqualTo(Errno.EFAULT.negated());
        assertThat(trace.steps().get(2).result()).isEqualTo(2);
        assertThat(trace.steps().get(2).values()).hasSize(2);
        assertThat(trace.steps().get(4).result()).isEqualTo(Errno.EFAULT.negated());
        assertThat(trace.leftovers().clean()).isTrue();
    }

    @Test
    void aReadPinTakesAPageOfItsOwnFirst() {
        Trace trace = run(
                mmap(1),
                Step.of(0, WRITE, 0, 0, 1),
                Step.of(0, FORK, 1),
                pin(0, 0, 1, READING, SHORT, FAST),
                Step.of(0, WRITE, 0, 0, 1),
                Step.of(0, DEVICE_READ, 0));

        assertThat(trace.steps().get(5).values()).containsExactly(Tokens.of(4, 0));
        assertThat(frameOf(trace.steps().get(4), 0, 0))
                .isEqualTo(trace.steps().get(3).values().get(0));
    }

    @Test
    void aPinnedPageIsCopiedForTheChildAndKeptByTheParent() {
        Trace trace = run(mmap(1), pin(0, 0, 1, WRITING, SHORT, SLOW), Step.of(0, FORK, 1));

        long pinned = trace.steps().get(1).values().get(0);
        assertThat(frameOf(trace.steps().get(2), 0, 0)).isEqualTo(pinned);
        assertThat(frameOf(trace.steps().get(2), 1, 0)).isNotZero().isNotEqualTo(pinned);
    }

    @Test
    void pinnedPagesDoNotMigrateAndOthersDo() {
        Trace trace = run(
                mmap(2),
                Step.of(0, WRITE, 0, 0, 2),
                pin(0, 0, 1, WRITING, SHORT, SLOW),
                Step.of(0, MOVE_PAGES, 0, 0, 2, 1),
                Step.of(0, COMPACT),
                Step.of(0, READ, 0, 0, 2));

        StepTrace before = trace.steps().get(1);
        StepTrace after = trace.steps().get(3);
        StepTrace last = trace.steps().get(5);
        assertThat(frameOf(after, 0, 0)).isEqualTo(frameOf(before, 0, 0));
        assertThat(frameOf(after, 0, 1)).isNotEqualTo(frameOf(before, 0, 1));
        assertThat(frameOf(last, 0, 1)).isNotEqualTo(frameOf(after, 0, 1));
        assertThat(last.values()).containsExactly(Tokens.of(1, 0), Tokens.of(1, 1));
    }

    @Test
    void aPinOutlivesItsMappingAndEndsWithItsLastDescriptor() {
        Trace trace = run(
                mmap(1),
                pin(0, 0, 1, WRITING, SHORT, SLOW),
                Step.of(0, MUNMAP, 0, 0, 1),
                Step.of(0, DEVICE_WRITE, 0),
                Step.of(0, FORK, 1),
                Step.of(0, EXIT),
                Step.of(1, DEVICE_READ, 0),
                Step.of(1, UNPIN, 0),
                Step.of(1, DEVICE_READ, 0));

        assertThat(trace.steps().get(6).values()).containsExactly(Tokens.of(3, 0));
        assertThat(trace.steps().get(8).status()).isEqualTo(StepStatus.SKIPPED);
        assertThat(trace.leftovers().clean()).isTrue();
    }

    @Test
    void theEndReadsPinsBeforeMemoryAndFaultsNothingIn() {
        Trace trace = run(
                mmap(3),
                Step.of(0, WRITE, 0, 1, 1),
                pin(0, 0, 1, WRITING, LONG, SLOW),
                Step.of(0, MADVISE, 0, 0, 1, 0));

        assertThat(trace.reads())
                .extracting(EndRead::source, EndRead::page, EndRead::value)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple(EndRead.Source.PIN, 0, 0L),
                        org.assertj.core.api.Assertions.tuple(EndRead.Source.MEMORY, 1, Tokens.of(1, 0)));
        assertThat(trace.endPages()).hasSize(1);
    }

    @Test
    void equalRunsHaveEqualTraces() {
        Program program = new Program(List.of(mmap(2), Step.of(0, WRITE, 0, 0, 2), Step.of(0, FORK, 1)));

        assertThat(new SimulatedKernel(Set.of()).run(program)).isEqualTo(new SimulatedKernel(Set.of()).run(program));
    }

    @Test
    void aPlantedLeakStaysInTheCounters() {
        Trace trace = run(Set.of(Plant.PIN_LEAKS_ON_SHORT_COUNT), mmap(1), pin(0, 0, 2, WRITING, SHORT, SLOW));

        assertThat(trace.leftovers().pins()).isEqualTo(1);
        assertThat(trace.leftovers().pinnedFrames()).isEqualTo(1);
    }

    @Test
    void aFlakyPlantShowsAboutAsOftenAsItShould() {
        SimulatedKernel kernel = SimulatedKernel.flaky(Set.of(Plant.PIN_LEAKS_ON_SHORT_COUNT), 0.5, 7);
        Program program = new Program(List.of(mmap(1), pin(0, 0, 2, WRITING, SHORT, SLOW)));

        long shown = IntStream.range(0, 1000)
                .filter(i -> kernel.run(program).leftovers().unbalanced())
                .count();

        assertThat(shown).isBetween(450L, 550L);
        assertThatThrownBy(() -> SimulatedKernel.flaky(Set.of(), 2, 0)).hasMessage("probability 2.0 is outside 0..1");
    }
}
