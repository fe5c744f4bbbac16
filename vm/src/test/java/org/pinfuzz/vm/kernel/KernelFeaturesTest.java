// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.vm.VmException;

final class KernelFeaturesTest {
    private static final KernelVersion V6_12 = new KernelVersion(6, 12);

    private static KernelConfig config(String... lines) {
        Map<String, String> options = new TreeMap<>();
        for (String line : lines) {
            String[] parts = line.split("=", 2);
            options.put(parts[0], parts[1]);
        }
        return new KernelConfig(options);
    }

    private static KernelConfig enough(String... more) {
        String[] lines = FakeTree.CONFIG.toArray(String[]::new);
        String[] all = Arrays.copyOf(lines, lines.length + more.length);
        System.arraycopy(more, 0, all, lines.length, more.length);
        return config(all);
    }

    private static KernelFeature feature(String name) {
        return KernelFeatures.all().stream()
                .filter(feature -> feature.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_feature_is_there_when_all_of_its_options_are() {
        assertThat(feature("NUMA").state(V6_12, config("NUMA=y", "X86_64_ACPI_NUMA=y")))
                .isEqualTo(KernelFeature.State.THERE);
        assertThat(feature("NUMA").state(V6_12, config("NUMA=y"))).isEqualTo(KernelFeature.State.MISSING);
        assertThat(feature("device memory").state(V6_12, config("ZONE_DEVICE=y", "DEVICE_PRIVATE=y", "TEST_HMM=y")))
                .isEqualTo(KernelFeature.State.THERE);
    }

    @Test
    void an_option_that_is_newer_than_the_kernel_is_not_missed() {
        assertThat(feature("migration").state(V6_12, config("MIGRATION=y"))).isEqualTo(KernelFeature.State.THERE);
        assertThat(feature("migration").state(new KernelVersion(7, 2), config("MIGRATION=y")))
                .isEqualTo(KernelFeature.State.MISSING);
        assertThat(feature("page table check").state(new KernelVersion(5, 10), config("X86_64=y")))
                .isEqualTo(KernelFeature.State.TOO_OLD);
        assertThat(KernelFeatures.fragment(new KernelVersion(5, 10), enough()))
                .noneMatch(line -> line.contains("PAGE_TABLE_CHECK"));
    }

    @Test
    void modules_that_must_be_signed_are_as_good_as_none() {
        assertThat(feature("modules").state(V6_12, config("MODULES=y"))).isEqualTo(KernelFeature.State.THERE);
        assertThat(feature("modules").missing(V6_12, config("MODULES=y", "MODULE_SIG_FORCE=y")))
                .extracting(KernelFeature.Setting::line)
                .containsExactly("# CONFIG_MODULE_SIG_FORCE is not set");
    }

    @Test
    void all_that_a_guest_lacks_is_told_at_once_with_what_for() {
        KernelConfig poor = config("X86_64=y", "PRINTK=y", "TTY=y", "SERIAL_8250=y", "BINFMT_ELF=y", "MODULES=y");
        assertThatThrownBy(() -> KernelFeatures.requireGuest("6.12.1-mine", V6_12, poor, true))
                .isInstanceOf(VmException.class)
                .hasMessageStartingWith("starting guests of 6.12.1-mine failed")
                .hasMessageContaining(
                        "\n  console (CONFIG_SERIAL_8250_CONSOLE=y): what the kernel says: crashes, warnings, NO-SPLAT")
                .hasMessageContaining("\n  initramfs (CONFIG_BLK_DEV_INITRD=y): the agent, which is in it")
                .hasMessageContaining("\n  virtio port (CONFIG_PCI=y, CONFIG_VIRTIO_MENU=y, CONFIG_VIRTIO_PCI=y,"
                        + " CONFIG_VIRTIO_CONSOLE=y): ")
                .hasMessageContaining("pinfuzz kernels features --missing-config")
                .message()
                .doesNotContain("NUMA", "--no-module");
    }

    @Test
    void a_kernel_with_what_guests_need_is_taken_whatever_else_it_lacks() {
        assertThatCode(() -> KernelFeatures.requireGuest("6.12.1-mine", V6_12, enough(), true))
                .doesNotThrowAnyException();
    }

    @Test
    void without_modules_guests_work_only_without_the_module() {
        KernelConfig config = enough("MODULE_SIG_FORCE=y");
        assertThatThrownBy(() -> KernelFeatures.requireGuest("6.12.1-mine", V6_12, config, true))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("# CONFIG_MODULE_SIG_FORCE is not set")
                .hasMessageContaining("--no-module");
        assertThatCode(() -> KernelFeatures.requireGuest("6.12.1-mine", V6_12, config, false))
                .doesNotThrowAnyException();
    }

    @Test
    void the_fragment_adds_every_proposed_feature_and_each_line_once() {
        List<String> lines = KernelFeatures.fragment(V6_12, config("X86_64=y"));
        assertThat(lines.stream().filter(line -> line.contains("CONFIG_"))).doesNotHaveDuplicates();
        Map<String, String> merged = new TreeMap<>();
        for (String line : lines) {
            if (line.startsWith("CONFIG_")) {
                String[] parts = line.substring("CONFIG_".length()).split("=", 2);
                merged.put(parts[0], parts[1]);
            }
        }
        KernelConfig after = new KernelConfig(merged);
        assertThat(KernelFeatures.all())
                .filteredOn(feature -> feature.need().proposed())
                .allMatch(feature -> feature.state(V6_12, after) == KernelFeature.State.THERE);
        assertThat(KernelFeatures.fragment(V6_12, after)).isEmpty();
        assertThat(merged).doesNotContainKeys("KASAN", "KCOV", "PROVE_LOCKING", "MEMPINFD");
    }

    @Test
    void names_are_unique_and_every_facility_of_an_agent_has_its_feature() {
        assertThat(KernelFeatures.all()).extracting(KernelFeature::name).doesNotHaveDuplicates();
        assertThat(KernelFeatures.all())
                .extracting(KernelFeature::facility)
                .filteredOn(Optional::isPresent)
                .extracting(Optional::get)
                .containsExactlyInAnyOrder(Facility.MODULE, Facility.NUMA, Facility.COMPACTION, Facility.IO_URING);
    }
}
