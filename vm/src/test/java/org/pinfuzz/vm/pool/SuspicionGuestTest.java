// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.wire.ExecutionLimits;

/** Batches that leave something behind in their guest. */
@Timeout(300)
final class SuspicionGuestTest {
    /** {@code PFZ_CANARY_FORGOTTEN_PIN}: ending a pin of the module leaves its first page pinned. */
    private static final int FORGOTTEN_PIN = 1;

    /** io_uring releases its two pages late, and behind them the module's one is missed until the batch ends. */
    private static final Program HIDDEN = new Program(List.of(
            Step.of(0, Operations.MMAP, 0, 2, 0, 0),
            Step.of(0, Operations.URING_PIN, 0, 0, 2, 0),
            Step.of(0, Operations.PIN, 0, 0, 1, 1, 0, 0, 0)));

    private static final Program PLAIN =
            new Program(List.of(Step.of(0, Operations.MMAP, 0, 2, 0, 0), Step.of(0, Operations.WRITE, 0, 0, 2)));

    private record Outcome(List<ProgramRun.Completed> runs, PoolEvents events) {}

    private static Outcome run(List<Program> programs) {
        GuestTemplate template =
                TestGuests.template(GuestProfile.DEFAULT.with(Instruments.DEFAULT.withCanary(FORGOTTEN_PIN)));
        try (GuestPool pool =
                GuestPool.open(template, 1, TestGuests.DIRECTORIES, ExecutionLimits.DEFAULT, PoolLimits.DEFAULT)) {
            List<ProgramRun> runs =
                    pool.submit(programs).orTimeout(250, TimeUnit.SECONDS).join();
            assertThat(runs).allMatch(run -> run instanceof ProgramRun.Completed);
            assertThat(runs).extracting(ProgramRun::program).isEqualTo(programs);
            assertThat(pool.events().lost()).isZero();
            return new Outcome(
                    runs.stream().map(run -> (ProgramRun.Completed) run).toList(), pool.events());
        }
    }

    @Test
    void what_a_program_leaves_behind_stands_in_its_own_trace() {
        List<ProgramRun.Completed> leavers = run(TestGuests.programs(12)).runs().stream()
                .filter(run -> !run.trace().leftovers().clean())
                .toList();
        assertThat(leavers).isNotEmpty().hasSizeLessThan(12);
        assertThat(leavers).allSatisfy(run -> {
            assertThat(run.program().toString()).contains("pin");
            assertThat(run.trace().leftovers().pins()).isPositive();
        });
    }

    @Test
    void what_shows_only_at_the_end_of_a_batch_is_attributed_by_running_alone() {
        Outcome outcome = run(List.of(PLAIN, PLAIN, HIDDEN, PLAIN));
        assertThat(outcome.events().suspicions()).isPositive();
        assertThat(outcome.runs().get(2).left().pins()).isEqualTo(1);
        assertThat(List.of(0, 1, 3))
                .allSatisfy(
                        index -> assertThat(outcome.runs().get(index).left()).isEqualTo(Leftovers.NOTHING));
    }
}
