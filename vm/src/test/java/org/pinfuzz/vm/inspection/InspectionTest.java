// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.KernelCatalogue;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.kernel.Mirrors;
import org.pinfuzz.vm.qemu.RunDirectories;

final class InspectionTest {
    @TempDir
    Path cache;

    @Test
    void an_empty_cache_has_all_kernels_of_the_catalogue_and_none_fetched() {
        Installation installation = new Installation(Installation.detect().home(), cache);
        KernelCatalogue catalogue = KernelCatalogue.read(installation.kernelCatalogue());
        KernelStore store = new KernelStore(installation, Mirrors::ofSystem, ProgressListener.SILENT);
        Inspection inspection = new Inspection(installation, store, RunDirectories.ofUser());

        assertThat(inspection.kernels()).extracting(KernelStatus::entry).isEqualTo(catalogue.kernels());
        assertThat(inspection.kernels())
                .allMatch(kernel -> kernel.fetched().isEmpty() && !kernel.moduleBuilt() && kernel.templates() == 0);
        assertThat(inspection.accelerator()).isEqualTo(Optional.empty());
    }

    @Test
    void a_tool_that_is_missing_is_said_to_be() {
        assertThat(Inspection.tools(new HostTools()))
                .extracting(ToolStatus::program)
                .contains("qemu-system-x86_64", "gcc");
    }
}
