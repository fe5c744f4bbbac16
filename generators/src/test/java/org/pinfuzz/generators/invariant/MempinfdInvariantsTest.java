// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.pinfuzz.generators.invariant.Run.mmap;
import static org.pinfuzz.generators.operation.Operations.EXEC;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.MADVISE;
import static org.pinfuzz.generators.operation.Operations.MEMLOCK_LIMIT;
import static org.pinfuzz.generators.operation.Operations.MEMPINFD_CLOSE;
import static org.pinfuzz.generators.operation.Operations.MEMPINFD_DUP;
import static org.pinfuzz.generators.operation.Operations.MEMPINFD_OPEN;
import static org.pinfuzz.generators.operation.Operations.MEMPINFD_PIN;
import static org.pinfuzz.generators.operation.Operations.MEMPINFD_REQUEST;
import static org.pinfuzz.generators.operation.Operations.MEMPINFD_TAKE;
import static org.pinfuzz.generators.operation.Operations.MEMPINFD_UNPIN;
import static org.pinfuzz.generators.operation.Operations.MMAP;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;

/** Each flaw of mempinfd has an invariant of its own, and its strict edition breaks none. */
class MempinfdInvariantsTest {
    private static final Step OPEN = Step.of(0, MEMPINFD_OPEN, 0);
    private static final Step FORKED = Step.of(0, FORK, 1);

    private static Step pin(int task, int pin, int first, int pages) {
        return Step.of(task, MEMPINFD_PIN, 0, first, pages, 0, pin, 0, 0);
    }

    private static Step readPin(int pin, int pages) {
        return Step.of(0, MEMPINFD_PIN, 0, 0, pages, 0, pin, 1, 0);
    }

    private static Step unpin(int task, int first, int pages) {
        return Step.of(task, MEMPINFD_UNPIN, 0, first, pages, 0, 0);
    }

    private static Step request(int call, int flaw) {
        return Step.of(0, MEMPINFD_REQUEST, 0, call, flaw);
    }

    static Stream<Arguments> causes() {
        return Stream.of(
                arguments(
                        "MEMPIN-OWNER",
                        "mempinfd_unpin",
                        "a child undoes its parent's pin",
                        Run.of(
                                Plant.MEMPINFD_UNPINS_FOR_ANYBODY,
                                mmap(1),
                                OPEN,
                                pin(0, 0, 0, 1),
                                FORKED,
                                unpin(1, 0, 1))),
                arguments(
                        "MEMPIN-OWNER",
                        "mempinfd_pin",
                        "a child is refused because of its parent's pin",
                        Run.of(mmap(1), OPEN, pin(0, 0, 0, 1), FORKED, pin(1, 1, 0, 1))
                                .answering(4, StepStatus.DONE, Errno.EBUSY.negated())),
                arguments(
                        "MEMPIN-RIGHTS",
                        "mempinfd_pin",
                        "a pin for writing of a mapping that may only be read",
                        Run.of(Plant.MEMPINFD_FORCES, Step.of(0, MMAP, 0, 1, 0, 1), OPEN, pin(0, 0, 0, 1))),
                arguments(
                        "MEMPIN-LIMIT",
                        "mempinfd_pin",
                        "two pages where one may be locked",
                        Run.of(
                                Plant.MEMPINFD_FORGETS_CHARGE,
                                mmap(2),
                                OPEN,
                                Step.of(0, MEMLOCK_LIMIT, 1),
                                pin(0, 0, 0, 2))),
                arguments(
                        "MEMPIN-VALUE",
                        "mempinfd_pin",
                        "a short pin is the answer",
                        Run.of(Plant.MEMPINFD_ANSWERS_COUNT, mmap(1), OPEN, pin(0, 0, 0, 2))),
                arguments(
                        "MEMPIN-WHOLE",
                        "mempinfd_request",
                        "success for addresses that wrap",
                        Run.of(Plant.MEMPINFD_SERVES_NOTHING, OPEN, request(0, 1))),
                arguments(
                        "MEMPIN-WHOLE",
                        "mempinfd_pin",
                        "success for a range of which a part is not mapped",
                        Run.of(mmap(1), OPEN, pin(0, 0, 0, 2)).answering(2, StepStatus.DONE, 0)),
                arguments(
                        "MEMPIN-WHOLE",
                        "mempinfd_unpin",
                        "success for the second unpin of one pin",
                        Run.of(mmap(1), OPEN, pin(0, 0, 0, 1), unpin(0, 0, 1), unpin(0, 0, 1))
                                .answering(4, StepStatus.DONE, 0)),
                arguments(
                        "MEMPIN-ERRNO",
                        "mempinfd_pin",
                        "-EBUSY for a range that is there",
                        Run.of(Plant.MEMPINFD_TELLS_BUSY, mmap(2), OPEN, pin(0, 0, 0, 1), pin(0, 1, 0, 2))),
                arguments(
                        "MEMPIN-ERRNO",
                        "mempinfd_request",
                        "-EINVAL for a command that there is not",
                        Run.of(OPEN, request(0, 8)).answering(1, StepStatus.DONE, Errno.EINVAL.negated())),
                arguments(
                        "MEMPIN-RELEASE",
                        "mempinfd_pin",
                        "a refused pin leaves a page pinned",
                        Run.of(Plant.MEMPINFD_LEAKS_SHORT_PIN, mmap(1), OPEN, pin(0, 0, 0, 2))),
                arguments(
                        "MEMPIN-ACCOUNTED",
                        "mempinfd_pin",
                        "nobody is charged",
                        Run.of(Plant.MEMPINFD_FORGETS_CHARGE, mmap(1), OPEN, pin(0, 0, 0, 1))),
                arguments(
                        "MEMPIN-QUIET",
                        "mempinfd_pin",
                        "a failed pin is logged",
                        Run.of(Plant.MEMPINFD_WRITES_LOG, mmap(1), OPEN, pin(0, 0, 0, 2))));
    }

    @ParameterizedTest(name = "{0} after {1}: {2}")
    @MethodSource("causes")
    void an_invariant_fires_on_its_cause(String invariant, String operation, String cause, Run run) {
        assertThat(run.judge().first()).hasValueSatisfying(violation -> {
            assertThat(violation.invariant()).isEqualTo(invariant);
            assertThat(violation.operation()).isEqualTo(operation);
            assertThat(violation.label()).isEqualTo("VIOLATION");
        });
    }

    static Stream<Arguments> lookAlikes() {
        return Stream.of(
                arguments(
                        "MEMPIN-OWNER",
                        "the parent undoes its pin through a copy of the descriptor that its child has as well",
                        Run.of(
                                mmap(1),
                                OPEN,
                                pin(0, 0, 0, 1),
                                Step.of(0, MEMPINFD_DUP, 0, 1),
                                FORKED,
                                pin(1, 1, 0, 1),
                                Step.of(0, MEMPINFD_UNPIN, 0, 0, 1, 1, 1),
                                unpin(1, 0, 1))),
                arguments(
                        "MEMPIN-RIGHTS",
                        "a mapping that may only be read is pinned for reading and not for writing",
                        Run.of(Step.of(0, MMAP, 0, 1, 0, 1), OPEN, pin(0, 0, 0, 1), readPin(1, 1))),
                arguments(
                        "MEMPIN-LIMIT",
                        "pages that are pinned again after they were given back",
                        Run.of(
                                mmap(2),
                                OPEN,
                                Step.of(0, MEMLOCK_LIMIT, 2),
                                pin(0, 0, 0, 2),
                                pin(0, 1, 1, 1),
                                unpin(0, 0, 2),
                                pin(0, 2, 1, 1))),
                arguments("MEMPIN-VALUE", "a pin of two pages answers 0", Run.of(mmap(2), OPEN, pin(0, 0, 0, 2))),
                arguments(
                        "MEMPIN-WHOLE",
                        "a pin that is undone by the size that it was made with",
                        Run.of(mmap(2), OPEN, pin(0, 0, 0, 2), unpin(0, 0, 1), unpin(0, 1, 1), unpin(0, 0, 2))),
                arguments(
                        "MEMPIN-ERRNO",
                        "a range whose pages are other ones now is still there for mempinfd",
                        Run.of(
                                mmap(1),
                                OPEN,
                                pin(0, 0, 0, 1),
                                Step.of(0, MADVISE, 0, 0, 1, 0),
                                Step.of(0, WRITE, 0, 0, 1),
                                pin(0, 1, 0, 1),
                                unpin(0, 0, 1),
                                pin(0, 2, 0, 1))),
                arguments(
                        "MEMPIN-RELEASE",
                        "a pin that outlives its maker's mapping until the last close",
                        Run.of(
                                mmap(1),
                                OPEN,
                                pin(0, 0, 0, 1),
                                FORKED,
                                Step.of(0, EXEC),
                                Step.of(0, MEMPINFD_TAKE, 0),
                                unpin(0, 0, 1),
                                Step.of(1, MEMPINFD_CLOSE, 0),
                                Step.of(0, MEMPINFD_CLOSE, 0))),
                arguments(
                        "MEMPIN-ACCOUNTED",
                        "overlapping ranges are charged each for itself",
                        Run.of(mmap(3), OPEN, pin(0, 0, 0, 2), pin(0, 1, 1, 2), unpin(0, 0, 2))),
                arguments(
                        "MEMPIN-QUIET",
                        "every request that is refused",
                        Run.of(Stream.concat(
                                        Stream.of(OPEN),
                                        Stream.of(0, 1, 2)
                                                .flatMap(call -> Stream.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
                                                        .map(flaw -> request(call, flaw))))
                                .toArray(Step[]::new))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lookAlikes")
    void what_the_manual_allows_is_not_reported(String invariant, String lookAlike, Run run) {
        Judgement judgement = run.judge();

        assertThat(judgement.violations()).isEmpty();
        assertThat(judgement.inconclusive()).isEmpty();
        assertThat(judgement.passed()).containsKey(invariant);
    }

    @ParameterizedTest
    @CsvSource({
        "false, 'tsc: Refined TSC clocksource calibration: 2596.136 MHz'",
        "false, 'clocksource: Switched to clocksource tsc'",
        "false, 'hrtimer: interrupt took 12345678 ns'",
        "false, 'random: crng init done'",
        "false, 'Built 2 zonelists, mobility grouping on.  Total pages: 126976'",
        "true, 'mempinfd: failed to pin page'",
        "true, 'init: vmalloc error: size 268439552, exceeds total pages'"
    })
    void what_the_kernel_says_unasked_is_not_the_requests_doing(boolean reported, String record) {
        Run run = Run.of(mmap(1), OPEN, pin(0, 0, 0, 2)).logging(2, record);

        assertThat(run.judge().violations())
                .extracting(Violation::invariant)
                .isEqualTo(reported ? List.of("MEMPIN-QUIET") : List.of());
    }

    @Test
    void one_flaw_does_not_hide_another() {
        Run run = Run.of(Plant.MEMPINFD_FORGETS_CHARGE, mmap(1), OPEN, pin(0, 0, 0, 1), FORKED, unpin(1, 0, 1))
                .answering(4, StepStatus.DONE, 0);

        assertThat(run.judge().violations())
                .extracting(Violation::invariant)
                .containsExactly("MEMPIN-ACCOUNTED", "MEMPIN-OWNER");
    }

    @Test
    void pins_of_mempinfd_are_pins_like_others_but_have_no_device() {
        Run run = Run.of(mmap(1), OPEN, pin(0, 0, 0, 1), FORKED, Step.of(0, WRITE, 0, 0, 1));

        assertThat(run.trace().reads())
                .noneMatch(read -> read.source() == org.pinfuzz.generators.trace.EndRead.Source.PIN);
        assertThat(run.judge().passed()).containsKeys("LT-ZONE", "FORK-PARENT-KEEPS", "MAYBE-DMA-PINNED");
        assertThat(new PinMode(PinMode.By.MEMPINFD, true, true).text()).isEqualTo("long-term write (mempinfd)");
    }

    @Test
    void a_step_tells_how_many_pages_each_task_is_charged_with() {
        StepTrace last = Run.of(mmap(2), OPEN, pin(0, 0, 0, 2), FORKED, pin(1, 1, 1, 1))
                .trace()
                .steps()
                .get(4);

        assertThat(last.accounts()).hasValueSatisfying(accounts -> {
            assertThat(Arrays.asList(accounts.pinnedVm(0), accounts.pinnedVm(1), accounts.pinnedVm(2)))
                    .isEqualTo(List.of(2L, 1L, -1L));
            assertThat(accounts.pinsChange()).isEqualTo(1);
        });
    }
}
