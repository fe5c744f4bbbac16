// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.wire.ExecutionLimits;

/** Batches that leave something behind in their guest. */
@Timeout(300)
final class SuspicionGuestTest {
    /** {@code PFZ_CANARY_FORGOTTEN_PIN}: ending a pin of the module leaves its first page pinned. */
    private static final int FORGOTTEN_PIN = 1;

    @Test
    void what_a_program_leaves_behind_is_attributed_to_it_alone() {
        GuestTemplate template = TestGuests.template(GuestProfile.DEFAULT.withCanary(FORGOTTEN_PIN));
        List<Program> programs = TestGuests.programs(12);
        List<ProgramRun> runs;
        PoolEvents events;
        try (GuestPool pool =
                GuestPool.open(template, 1, TestGuests.DIRECTORIES, ExecutionLimits.DEFAULT, PoolLimits.DEFAULT)) {
            runs = pool.submit(programs).orTimeout(250, TimeUnit.SECONDS).join();
            events = pool.events();
        }
        assertThat(events.suspicions()).isPositive();
        assertThat(events.lost()).isZero();
        assertThat(runs).allMatch(run -> run instanceof ProgramRun.Completed);
        List<ProgramRun> leavers = runs.stream()
                .filter(run -> run instanceof ProgramRun.Completed completed
                        && !completed.left().equals(Leftovers.NOTHING))
                .toList();
        assertThat(leavers).isNotEmpty().hasSizeLessThan(programs.size());
        assertThat(leavers).allSatisfy(run -> {
            assertThat(run.program().toString()).contains("pin");
            assertThat(((ProgramRun.Completed) run).left().pins()).isPositive();
        });
    }
}
