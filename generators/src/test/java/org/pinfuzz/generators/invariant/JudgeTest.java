// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.pinfuzz.generators.invariant.Run.longReadPin;
import static org.pinfuzz.generators.invariant.Run.longWritePin;
import static org.pinfuzz.generators.invariant.Run.mmap;
import static org.pinfuzz.generators.invariant.Run.shortReadPin;
import static org.pinfuzz.generators.invariant.Run.shortWritePin;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.MADVISE;
import static org.pinfuzz.generators.operation.Operations.MPROTECT;
import static org.pinfuzz.generators.operation.Operations.READ;
import static org.pinfuzz.generators.operation.Operations.UNPIN;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.Trace;

class JudgeTest {
    private static final Step WRITTEN = Step.of(0, WRITE, 0, 0, 1);
    private static final Step READ_BACK = Step.of(0, READ, 0, 0, 1);
    private static final Run SOUND = Run.of(mmap(1), shortWritePin(0, 0, 1), READ_BACK);

    /** The shortest program that shows a plant. */
    private static Run showing(Plant plant) {
        return switch (plant) {
            case LONG_TERM_PIN_STAYS_MOVABLE -> Run.of(plant, mmap(1), longWritePin(0, 0, 1));
            case COW_AFTER_MPROTECT ->
                Run.of(
                        plant,
                        mmap(1),
                        shortWritePin(0, 0, 1),
                        Step.of(0, MPROTECT, 0, 0, 1, 1),
                        Step.of(0, MPROTECT, 0, 0, 1, 0),
                        WRITTEN);
            case READ_PIN_DOES_NOT_UNSHARE ->
                Run.of(plant, mmap(1), WRITTEN, Step.of(0, FORK, 1), shortReadPin(0, 0, 1), WRITTEN);
            case READ_PIN_OF_ZERO_DOES_NOT_UNSHARE -> Run.of(plant, mmap(1), longReadPin(0, 0, 1), WRITTEN);
            case SWAPPED_OUT_WHILE_PINNED ->
                Run.of(plant, mmap(1), shortWritePin(0, 0, 1), Step.of(0, MADVISE, 0, 0, 1, 3));
            case FORK_SHARES_PINNED -> Run.of(plant, mmap(1), shortWritePin(0, 0, 1), Step.of(0, FORK, 1));
            default -> throw new IllegalArgumentException(plant + " has no program here");
        };
    }

    @ParameterizedTest(name = "{0} on {1} is a {2}")
    @CsvSource({
        "LONG_TERM_PIN_STAYS_MOVABLE,       5.10.0,      LIMITATION, LT-ZONE,           5.13",
        "LONG_TERM_PIN_STAYS_MOVABLE,       5.13.19,     VIOLATION,  LT-ZONE,           5.13",
        "LONG_TERM_PIN_STAYS_MOVABLE,       6.12.1-rc3,  VIOLATION,  LT-ZONE,           5.13",
        "COW_AFTER_MPROTECT,                5.10.0,      LIMITATION, PIN-COHERENT-W,    5.19",
        "COW_AFTER_MPROTECT,                5.19.0,      VIOLATION,  PIN-COHERENT-W,    5.19",
        "READ_PIN_DOES_NOT_UNSHARE,         5.10.0,      LIMITATION, PIN-COHERENT-R,    5.19",
        "READ_PIN_DOES_NOT_UNSHARE,         5.19.0,      VIOLATION,  PAE-PIN,           5.19",
        "READ_PIN_DOES_NOT_UNSHARE,         6.1.0-42,    VIOLATION,  PAE-PIN,           5.19",
        "READ_PIN_OF_ZERO_DOES_NOT_UNSHARE, 5.19.0,      LIMITATION, PIN-COHERENT-R,    6.2",
        "READ_PIN_OF_ZERO_DOES_NOT_UNSHARE, 6.1.0,       LIMITATION, PIN-COHERENT-R,    6.2",
        "READ_PIN_OF_ZERO_DOES_NOT_UNSHARE, 6.2.0,       VIOLATION,  PIN-COHERENT-R,    6.2",
        "READ_PIN_OF_ZERO_DOES_NOT_UNSHARE, 6.12.0,      VIOLATION,  PIN-COHERENT-R,    6.2",
        "SWAPPED_OUT_WHILE_PINNED,          5.10.0,      LIMITATION, LT-STAY,           5.19",
        "SWAPPED_OUT_WHILE_PINNED,          6.1.0,       VIOLATION,  LT-STAY,           5.19",
        "FORK_SHARES_PINNED,                5.4.0,       LIMITATION, FORK-PARENT-KEEPS, 5.9",
        "FORK_SHARES_PINNED,                5.10.0,      VIOLATION,  FORK-PARENT-KEEPS, 5.9",
    })
    void theLabelFollowsWhatTheRunningKernelPromises(
            Plant plant, String release, String label, String invariant, String promisedFrom) {
        Judgement judgement = showing(plant).judge(release);

        assertThat(judgement.verdict()).isEqualTo(Verdict.VIOLATION);
        assertThat(judgement.first()).hasValueSatisfying(violation -> {
            assertThat(violation.invariant()).isEqualTo(invariant);
            assertThat(violation.label()).isEqualTo(label);
            assertThat(violation.promisedFrom()).isEqualTo(promisedFrom);
        });
    }

    @Test
    void aViolationSaysWhatBrokeAndWhere() {
        assertThat(showing(Plant.LONG_TERM_PIN_STAYS_MOVABLE).judge().first())
                .hasValueSatisfying(violation -> assertThat(violation.title())
                        .isEqualTo("LT-ZONE broken after pin (long-term write pin, anon page)"));
        assertThat(SOUND.saying("BUG: Bad page state").judge().first())
                .hasValueSatisfying(violation -> assertThat(violation.title()).isEqualTo("NO-SPLAT broken at the end"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "TIMED_OUT   | 0   | step 2 (read): the step ran out of time",
                "DIED        | -11 | step 2 (read): the task died of signal 11",
                "NOT_RUN     | 0   | step 2 (read): the step was not reached",
                "SKIPPED     | 0   | step 2 (read): the agent skipped a step that the model runs",
                "UNSUPPORTED | 0   | step 2: the guest has no read",
            })
    void aStepThatDidNotRunMakesTheProgramInconclusive(StepStatus status, long result, String reason) {
        Judgement judgement = SOUND.answering(2, status, result).judge();

        assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(judgement.inconclusive()).containsExactly(reason);
        assertThat(judgement.executedSteps()).isEqualTo(2);
    }

    @Test
    void aStepThatTheModelSkipsMustBeSkipped() {
        Judgement judgement = Run.of(mmap(1), shortWritePin(0, 0, 1), Step.of(0, UNPIN, 0), Step.of(0, UNPIN, 0))
                .answering(3, StepStatus.DONE, 0)
                .judge();

        assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        assertThat(judgement.inconclusive())
                .containsExactly("step 3 (unpin): the agent ran a step that the model skips");
    }

    @Test
    void aProgramThatDidNotEndIsInconclusive() {
        assertThat(SOUND.ending(ProgramEnd.TIMED_OUT).judge().inconclusive())
                .containsExactly("the program ended as TIMED_OUT after its last step");
        assertThat(SOUND.ending(ProgramEnd.TASK_DIED).judge().verdict()).isEqualTo(Verdict.INCONCLUSIVE);
        Judgement never = Judge.judge(SOUND.program(), Trace.notStarted(), List.of(), new KernelVersion(6, 1));
        assertThat(never.inconclusive()).containsExactly("the program did not start");
        assertThat(never.judged()).isFalse();
    }

    @Test
    void aProgramThatKilledItsGuestIsAViolationThoughNothingElseIsKnown() {
        Judgement judgement = Judge.judge(
                SOUND.program(), Trace.notStarted(), List.of("KASAN: use-after-free"), new KernelVersion(6, 1));

        assertThat(judgement.violations()).extracting(Violation::invariant).containsExactly("NO-SPLAT");
    }

    @Test
    void whatIsLeftIsJudgedWhereTheProgramDidNotEnd() {
        Judgement judgement = SOUND.answering(2, StepStatus.TIMED_OUT, 0)
                .ending(ProgramEnd.TIMED_OUT)
                .leaving(new Leftovers(1, 0, 0, 0, 1, 0, 0, 0))
                .judge();

        assertThat(judgement.violations())
                .extracting(Violation::invariant)
                .containsExactly("PIN-BALANCE", "NOTHING-LEFT");
        assertThat(judgement.inconclusive()).hasSize(1);
    }

    @Test
    void nothingIsJudgedAfterAnAnswerThatTheModelDoesNotKnow() {
        Judgement judgement = SOUND.answering(0, StepStatus.DONE, Errno.EPERM.negated())
                .reading(2, 77L)
                .judge();

        assertThat(judgement.violations()).extracting(Violation::invariant).containsExactly("RESULT");
    }

    @Test
    void aTraceOfAnotherProgramIsInconclusive() {
        Program shorter = SOUND.program().filtered(index -> index < 2);
        Program longer = new Program(List.of(mmap(1), shortWritePin(0, 0, 1), READ_BACK, READ_BACK));

        assertThat(List.of(shorter, longer)).allSatisfy(program -> {
            Judgement judgement = Judge.judge(program, SOUND.trace(), List.of(), new KernelVersion(6, 1));
            assertThat(judgement.verdict()).isEqualTo(Verdict.INCONCLUSIVE);
            assertThat(judgement.inconclusive())
                    .containsExactly("the trace has 3 steps, the program " + program.size());
        });
    }

    @Test
    void aJudgeThatFailsIsInconclusive() {
        Judgement judgement =
                Judge.judge(SOUND.program(), SOUND.trace(), List.of(), new KernelVersion(6, 1), moment -> {
                    throw new IllegalStateException("planted");
                });

        assertThat(judgement.inconclusive()).contains("the judge failed: java.lang.IllegalStateException: planted");
        assertThat(judgement.violations()).isEmpty();
    }

    @Test
    void aProgramCountsFromEightStepsWithAPin() {
        Step[] eight = {mmap(1), shortWritePin(0, 0, 1), WRITTEN, WRITTEN, WRITTEN, WRITTEN, WRITTEN, WRITTEN};
        Step[] unpinned = {mmap(1), WRITTEN, WRITTEN, WRITTEN, WRITTEN, WRITTEN, WRITTEN, WRITTEN, WRITTEN};
        Run run = Run.of(eight);

        assertThat(run.judge().judged()).isTrue();
        assertThat(run.answering(7, StepStatus.UNSUPPORTED, 0).judge().judged()).isFalse();
        assertThat(Run.of(unpinned).judge().judged()).isFalse();
        assertThat(Judge.judge(new Program(List.of()), Run.of().trace(), List.of(), new KernelVersion(6, 1))
                        .judged())
                .isFalse();
    }

    @Test
    void memoryThatMustNotBeThereBreaksResult() {
        Run run = Run.of(mmap(1), WRITTEN, Step.of(0, MADVISE, 0, 0, 1, 1), Step.of(0, FORK, 1));
        Judgement judgement = run.findingAtTheEnd(
                        new EndRead(EndRead.Source.MEMORY, 1, 0, 0, false, 0, 1L << 63 | 0x99))
                .judge();

        assertThat(run.judge().verdict()).isEqualTo(Verdict.PASS);
        assertThat(judgement.violations())
                .extracting(Violation::invariant, Violation::expected, Violation::seen)
                .containsExactly(tuple("RESULT", "t1 r0 page 0 is not mapped", "it maps frame 99"));
        assertThat(judgement.inconclusive()).isEmpty();
    }

    @Test
    void oneCauseIsReportedOnce() {
        Run run = Run.of(
                Plant.COW_AFTER_MPROTECT,
                mmap(1),
                shortWritePin(0, 0, 1),
                Step.of(0, MPROTECT, 0, 0, 1, 1),
                Step.of(0, MPROTECT, 0, 0, 1, 0),
                WRITTEN,
                WRITTEN,
                READ_BACK);

        assertThat(run.judge().violations()).hasSize(1);
    }
}
