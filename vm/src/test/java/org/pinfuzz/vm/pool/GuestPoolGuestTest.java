// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.wire.BatchCodec;
import org.pinfuzz.generators.wire.BatchCodec.Chaos;
import org.pinfuzz.generators.wire.ExecutionLimits;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.image.GuestImage;
import org.pinfuzz.vm.image.ImageBuilder;

/** A pool with real guests that panic, hang, talk nonsense and are killed. */
@Timeout(300)
final class GuestPoolGuestTest {
    private static final int CULPRIT = 5;
    /** A hang is seen after the limit of a program and the grace: 4 seconds. */
    private static final ExecutionLimits SHORT = new ExecutionLimits(1_000, 2_000);

    private static final PoolLimits IMPATIENT = PoolLimits.DEFAULT.withGraceMs(2_000);
    private static GuestTemplate template;
    private static List<Program> programs;

    @BeforeAll
    static void prepare() {
        template = TestGuests.template(GuestProfile.DEFAULT);
        programs = TestGuests.programs(12);
    }

    private static GuestPool pool(int guests) {
        return GuestPool.open(template, guests, TestGuests.DIRECTORIES, SHORT, IMPATIENT);
    }

    private static List<ProgramRun> runs(GuestPool pool, Chaos chaos, Batch.ChaosUse use) {
        return pool.submit(TestGuests.entries(programs, CULPRIT, chaos), use)
                .orTimeout(200, TimeUnit.SECONDS)
                .join();
    }

    private static void assertAllCompletedBut(List<ProgramRun> runs, List<Integer> others) {
        assertThat(runs).extracting(ProgramRun::program).isEqualTo(programs);
        for (int i = 0; i < runs.size(); i++) {
            if (!others.contains(i)) {
                assertThat(runs.get(i)).isInstanceOf(ProgramRun.Completed.class);
            }
        }
    }

    @Test
    void runs_come_back_in_the_order_of_their_programs() {
        try (GuestPool pool = pool(2)) {
            List<CompletableFuture<List<ProgramRun>>> submitted = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                submitted.add(pool.submit(programs));
            }
            submitted.forEach(runs -> assertAllCompletedBut(runs.join(), List.of()));
            PoolEvents events = pool.events();
            assertThat(events.programs()).isEqualTo(8L * programs.size());
            assertThat(events.batches()).isEqualTo(8);
            assertThat(events.restores()).isBetween(1L, 2L);
            assertThat(events.rerun()).isZero();
        }
    }

    @Test
    void a_list_longer_than_a_batch_is_cut_and_put_together_again() {
        PoolLimits small = new PoolLimits(5, 2, 2, 2_000, 60_000, 5, 2);
        try (GuestPool pool = GuestPool.open(template, 1, TestGuests.DIRECTORIES, SHORT, small)) {
            assertAllCompletedBut(pool.submit(programs).join(), List.of());
            assertThat(pool.events().batches()).isEqualTo(3);
            // Two batches are the most of a guest here.
            assertThat(pool.events().restores()).isEqualTo(2);
        }
    }

    @Test
    void a_program_that_panics_the_kernel_is_found_and_the_others_have_their_runs() {
        try (GuestPool pool = pool(1)) {
            List<ProgramRun> runs = runs(pool, Chaos.PANIC, Batch.ChaosUse.EVERY_RUN);
            assertAllCompletedBut(runs, List.of(CULPRIT));
            assertThat(runs.get(CULPRIT)).isInstanceOfSatisfying(ProgramRun.Crashed.class, crashed -> {
                assertThat(crashed.title()).isEqualTo("Kernel panic - not syncing: sysrq triggered crash");
                assertThat(crashed.consoleExtract()).contains("Call Trace:");
                assertThat(crashed.prefix()).isEmpty();
            });
            assertThat(pool.events().crashes()).isEqualTo(2);
            assertThat(pool.events().lost()).isZero();
        }
    }

    @Test
    void what_a_killed_program_left_in_the_pipe_of_the_device_is_not_read_by_the_next() {
        Program device = new Program(List.of(
                Step.of(0, Operations.MMAP, 0, 1, 0, 0),
                Step.of(0, Operations.URING_PIN, 0, 0, 1, 0),
                Step.of(0, Operations.DEVICE_WRITE, 0),
                Step.of(0, Operations.DEVICE_READ, 0),
                Step.of(0, Operations.READ, 0, 0, 1)));
        try (GuestPool pool = pool(1)) {
            List<ProgramRun> runs = pool.submit(
                            TestGuests.entries(List.of(device, device), 1, Chaos.HALF_A_DEVICE_WRITE),
                            Batch.ChaosUse.EVERY_RUN)
                    .join();
            for (ProgramRun run : runs) {
                List<StepTrace> steps = ((ProgramRun.Completed) run).trace().steps();
                assertThat(steps).extracting(StepTrace::status).containsOnly(StepStatus.DONE);
                assertThat(steps.get(3).values()).containsExactly(Tokens.of(2, 0));
                assertThat(steps.get(4).values()).containsExactly(Tokens.of(2, 0));
            }
        }
    }

    @Test
    void a_panic_that_does_not_recur_is_counted_and_costs_no_run() {
        try (GuestPool pool = pool(1)) {
            assertAllCompletedBut(runs(pool, Chaos.PANIC, Batch.ChaosUse.FIRST_RUN), List.of());
            PoolEvents events = pool.events();
            assertThat(events.crashes()).isEqualTo(1);
            assertThat(events.notReproduced()).isEqualTo(1);
            assertThat(events.rerun()).isPositive();
        }
    }

    @Test
    void a_program_that_hangs_its_guest_is_found() {
        try (GuestPool pool = pool(1)) {
            List<ProgramRun> runs = runs(pool, Chaos.HANG, Batch.ChaosUse.EVERY_RUN);
            assertAllCompletedBut(runs, List.of(CULPRIT));
            assertThat(runs.get(CULPRIT))
                    .isInstanceOfSatisfying(
                            ProgramRun.Hung.class,
                            hung -> assertThat(hung.limitMs()).isEqualTo(4_000));
            assertThat(pool.events().hangs()).isEqualTo(2);
        }
    }

    @Test
    void a_guest_that_hangs_after_a_fault_is_not_waited_for_and_has_crashed_with_that_fault() {
        try (GuestPool pool = pool(1)) {
            List<ProgramRun> runs = runs(pool, Chaos.FAULT_AND_HANG, Batch.ChaosUse.EVERY_RUN);
            assertAllCompletedBut(runs, List.of(CULPRIT));
            assertThat(runs.get(CULPRIT))
                    .isInstanceOfSatisfying(
                            ProgramRun.Crashed.class,
                            crashed -> assertThat(crashed.title()).isEqualTo("BUG: a fault that chaos asked for"));
            assertThat(pool.events().crashes()).isEqualTo(2);
            assertThat(pool.events().hangs()).isZero();
        }
    }

    @Test
    void a_hang_that_does_not_recur_costs_no_run() {
        try (GuestPool pool = pool(1)) {
            assertAllCompletedBut(runs(pool, Chaos.HANG, Batch.ChaosUse.FIRST_RUN), List.of());
            assertThat(pool.events().hangs()).isEqualTo(1);
            assertThat(pool.events().notReproduced()).isEqualTo(1);
        }
    }

    @Test
    void a_guest_that_sends_garbage_is_replaced() {
        try (GuestPool pool = pool(1)) {
            assertAllCompletedBut(runs(pool, Chaos.GARBAGE, Batch.ChaosUse.FIRST_RUN), List.of());
            assertThat(pool.events().garbage()).isEqualTo(1);
            assertThat(pool.events().restores()).isGreaterThan(1);
        }
    }

    @Test
    void a_program_whose_guest_always_sends_garbage_is_lost_with_the_reason() {
        try (GuestPool pool = pool(1)) {
            List<ProgramRun> runs = runs(pool, Chaos.GARBAGE, Batch.ChaosUse.EVERY_RUN);
            assertAllCompletedBut(runs, List.of(CULPRIT));
            assertThat(runs.get(CULPRIT))
                    .isInstanceOfSatisfying(
                            ProgramRun.Lost.class,
                            lost -> assertThat(lost.reason()).startsWith("the guest sent garbage: "));
            assertThat(pool.events().lost()).isEqualTo(1);
        }
    }

    @Test
    void batches_of_guests_that_are_killed_run_again() {
        try (GuestPool pool = pool(2)) {
            List<CompletableFuture<List<ProgramRun>>> submitted = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                submitted.add(pool.submit(programs));
            }
            submitted.get(0).join();
            ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().command().orElse("").contains("qemu-system"))
                    .forEach(ProcessHandle::destroyForcibly);
            submitted.forEach(runs ->
                    assertAllCompletedBut(runs.orTimeout(200, TimeUnit.SECONDS).join(), List.of()));
            assertThat(pool.events().killed()).isBetween(1L, 2L);
            assertThat(pool.events().programs()).isEqualTo(20L * programs.size());
        }
    }

    @Test
    void a_program_alone_has_a_fresh_guest_each_time() {
        try (GuestPool pool = pool(1)) {
            List<ProgramRun> runs = pool.runAlone(programs.get(0), 3);
            assertThat(runs).hasSize(3).allMatch(run -> run instanceof ProgramRun.Completed);
            assertThat(pool.events().restores()).isEqualTo(3);
        }
    }

    @Test
    void a_closed_pool_loses_programs_with_the_reason_and_no_future_stays_open() {
        GuestPool pool = pool(1);
        List<CompletableFuture<List<ProgramRun>>> submitted = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            submitted.add(pool.submit(programs));
        }
        submitted.get(0).join();
        pool.close();
        assertThat(submitted).allMatch(CompletableFuture::isDone);
        assertThat(submitted.get(9).join())
                .allMatch(run -> run instanceof ProgramRun.Lost lost
                        && lost.reason().equals("the pool was closed before it ran"));
        assertThat(pool.submit(programs).join()).allMatch(run -> run instanceof ProgramRun.Lost);
    }

    @Test
    void programs_of_a_pool_that_cannot_start_guests_are_lost_with_the_reason(@TempDir Path directory) {
        GuestTemplate missing = new GuestTemplate(
                template.profile(),
                template.command(),
                directory.resolve("state"),
                template.hello(),
                template.accelerator(),
                0);
        try (GuestPool pool = GuestPool.open(missing, 1, TestGuests.DIRECTORIES, SHORT, IMPATIENT)) {
            assertThat(pool.submit(programs).join())
                    .allMatch(run -> run instanceof ProgramRun.Lost lost
                            && lost.reason().startsWith("no guest can be started: "));
        }
    }

    @Test
    void a_bench_counts_programs() {
        try (GuestPool pool = pool(1)) {
            assertThat(pool.bench(programs, BatchCodec.BenchMode.AGENT, 500).programs())
                    .isPositive();
        }
    }

    @Test
    void a_guest_that_does_not_have_what_its_profile_declares_is_refused() {
        Installation installation = Installation.detect();
        GuestImage withoutModule =
                new ImageBuilder(installation, ProgressListener.SILENT).image(TestGuests.kernel(), false, List.of());
        GuestTemplates templates = new GuestTemplates(installation, TestGuests.DIRECTORIES, ProgressListener.SILENT);
        assertThatThrownBy(() -> templates.prepare(withoutModule, GuestProfile.DEFAULT, template.accelerator()))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("the guest does not say HELLO but REFUSED: the profile declares the module,"
                        + " but /dev/pinfuzz does not open")
                .hasMessageContaining("the whole console is in ");
    }
}
