// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.image.GuestImage;
import org.pinfuzz.vm.image.ImageBuilder;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.kernel.Mirrors;

final class AcceleratorGuestTest {
    @TempDir
    Path cache;

    private static GuestImage image() {
        Installation installation = Installation.detect();
        KernelStore store = new KernelStore(installation, Mirrors::ofSystem, ProgressListener.SILENT);
        return new ImageBuilder(installation, ProgressListener.SILENT)
                .image(store.fetch("debian-6.1"), false, List.of());
    }

    @Test
    void whether_kvm_works_is_found_out_by_a_guest_and_then_known() throws Exception {
        AcceleratorProbe probe = new AcceleratorProbe(cache, RunDirectories.ofUser());
        assertThat(probe.known()).isEmpty();
        QemuCommand candidate =
                new QemuCommand(image(), 512, 1, 0, 1, "console=ttyS0 loglevel=5", Accelerator.Kind.TCG);

        Accelerator found = probe.detect(candidate);

        assertThat(found.reason()).startsWith(found.kind() == Accelerator.Kind.KVM ? "KVM: " : "emulation: ");
        assertThat(probe.known()).contains(found);
        assertThat(probe.detect(candidate)).isEqualTo(found);
    }

    @Test
    void an_answer_of_another_boot_is_not_believed() throws Exception {
        Files.writeString(cache.resolve("accelerator"), "another-boot\nKVM\nKVM: it worked then\n");
        assertThat(new AcceleratorProbe(cache, RunDirectories.ofUser()).known()).isEmpty();
    }
}
