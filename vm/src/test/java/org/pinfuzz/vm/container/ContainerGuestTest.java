// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pinfuzz.generators.draw.ProgramArbitrary;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.ExecutionLimits;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.kernel.Mirrors;
import org.pinfuzz.vm.pool.GuestPool;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.GuestTemplate;
import org.pinfuzz.vm.pool.GuestTemplates;
import org.pinfuzz.vm.pool.PoolLimits;
import org.pinfuzz.vm.pool.ProgramRun;
import org.pinfuzz.vm.qemu.RunDirectories;

/** Real guests of a stock kernel in a container. The image may have to be made first, hence the time. */
@Timeout(900)
final class ContainerGuestTest {
    /** A restore takes a tenth of a second, a boot two seconds and more; the machine may be busy. */
    private static final Duration RESTORES_LIMIT = Duration.ofSeconds(8);

    private static final int RUNS = 6;
    private static ContainerTools tools;

    /** Before each and not before all, where the reason for skipping would be in no report. */
    @BeforeEach
    void start() {
        if (tools == null) {
            tools = Engine.start(RunDirectories.ofUser());
        }
    }

    @AfterAll
    static void end() {
        if (tools != null) {
            tools.close();
        }
    }

    private static GuestTemplate template(RunDirectories directories) {
        Installation installation = Installation.detect();
        Kernel kernel = new KernelStore(installation, Mirrors::ofSystem, ProgressListener.SILENT).fetch("debian-6.1");
        return new GuestTemplates(installation, directories, ProgressListener.SILENT)
                .prepare(kernel, GuestProfile.DEFAULT);
    }

    @Test
    void every_run_alone_is_on_a_guest_that_was_restored_and_not_booted() {
        RunDirectories directories = RunDirectories.ofUser().with(tools);
        GuestTemplate template = template(directories);
        Program program =
                ProgramArbitrary.ofAll(8).generator(1000).next(new Random(20)).value();
        try (GuestPool pool = GuestPool.open(template, 1, directories, ExecutionLimits.DEFAULT, PoolLimits.DEFAULT)) {
            pool.runAlone(program, 1);
            long startNs = System.nanoTime();

            List<ProgramRun> runs = pool.runAlone(program, RUNS);

            assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(RESTORES_LIMIT);
            assertThat(runs).hasSize(RUNS).allMatch(ProgramRun.Completed.class::isInstance);
            assertThat(pool.events().restores()).isEqualTo(RUNS + 1L);
            assertThat(pool.events().killed()).isZero();
        }
    }

    @Test
    void a_container_and_this_machine_do_not_share_saved_guests() {
        assertThat(template(RunDirectories.ofUser().with(tools)).state())
                .isNotEqualTo(template(RunDirectories.ofUser()).state());
    }

    @Test
    void the_image_has_a_compiler_for_every_kernel_of_the_catalogue() throws Exception {
        assertThat(new HostCommand(List.of("gcc-16", "-dumpversion"), tools.temporary(), Duration.ofMinutes(1))
                        .runForOutput(tools)
                        .output()
                        .strip())
                .isEqualTo("16");
    }
}
