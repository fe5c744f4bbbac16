// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.ExecutionLimits;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.TestKernels;

/** Real guests of kernels that were built here. A whole build may come first, hence the time. */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
final class SourceKernelGuestTest {
    @ParameterizedTest
    @ValueSource(strings = {"pin-6.12", "pin-7.2"})
    void a_kernel_built_from_source_runs_programs_under_its_own_assertions(String name) {
        Kernel kernel = TestKernels.require(name);
        assertThat(List.of("DEBUG_VM", "PAGE_TABLE_CHECK", "CMA", "DEVICE_PRIVATE", "FAULT_INJECTION", "MEMPINFD"))
                .allMatch(kernel.config()::enabled);
        assertThat(kernel.release()).endsWith("-pin");

        GuestTemplate template = new GuestTemplates(
                        Installation.detect(), TestGuests.DIRECTORIES, ProgressListener.SILENT)
                .prepare(kernel, GuestProfile.DEFAULT);
        assertThat(template.hello().kernelRelease()).isEqualTo(kernel.release());
        List<Program> programs = TestGuests.programs(24);
        try (GuestPool pool =
                GuestPool.open(template, 1, TestGuests.DIRECTORIES, ExecutionLimits.DEFAULT, PoolLimits.DEFAULT)) {
            List<ProgramRun> runs = pool.submit(programs).join();

            assertThat(runs).hasSameSizeAs(programs).allMatch(ProgramRun.Completed.class::isInstance);
            assertThat(pool.events().crashes()).isZero();
        }
    }
}
