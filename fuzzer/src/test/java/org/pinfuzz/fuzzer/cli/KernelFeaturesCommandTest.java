// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table is compared with a stored one; {@code -Dpinfuzz.golden.write=true} renews it. */
final class KernelFeaturesCommandTest {
    private static final Path GOLDEN = Path.of(
            System.getProperty("pinfuzz.home"), "fuzzer/src/test/resources/org/pinfuzz/fuzzer/cli/features.txt");

    /** What a guest and the module need, NUMA, and half of what device memory needs. */
    private static final List<String> OPTIONS = List.of(
            "X86_64",
            "PRINTK",
            "TTY",
            "SERIAL_8250",
            "SERIAL_8250_CONSOLE",
            "BLK_DEV_INITRD",
            "BINFMT_ELF",
            "PCI",
            "VIRTIO_MENU",
            "VIRTIO_PCI",
            "VIRTIO_CONSOLE",
            "PROC_FS",
            "PROC_SYSCTL",
            "SYSFS",
            "DEVTMPFS",
            "FUTEX",
            "POSIX_TIMERS",
            "X86_IOPL_IOPERM",
            "MMU",
            "ADVISE_SYSCALLS",
            "SHMEM",
            "TMPFS",
            "MEMFD_CREATE",
            "MODULES",
            "NUMA",
            "X86_64_ACPI_NUMA",
            "MIGRATION",
            "ZONE_DEVICE",
            "DEVICE_PRIVATE");

    @TempDir
    private Path tree;

    @BeforeEach
    void aTreeThatIsConfiguredAndNotBuilt() throws IOException {
        Files.createDirectories(tree.resolve("arch/x86"));
        Files.writeString(tree.resolve("Makefile"), "");
        Files.writeString(tree.resolve("Kconfig"), "");
        configure(OPTIONS);
    }

    private void configure(List<String> options) throws IOException {
        StringBuilder text = new StringBuilder("# Linux/x86 6.12.1 Kernel Configuration\n");
        options.forEach(option -> text.append("CONFIG_").append(option).append("=y\n"));
        Files.writeString(tree.resolve(".config"), text.toString());
    }

    private CommandLineRun features(String... more) {
        String[] arguments = new String[4 + more.length];
        System.arraycopy(new String[] {"kernels", "features", "--kernel-tree", tree.toString()}, 0, arguments, 0, 4);
        System.arraycopy(more, 0, arguments, 4, more.length);
        return CommandLineRun.of(arguments);
    }

    @Test
    void the_table_says_what_is_there_what_is_missing_and_what_for() throws IOException {
        CommandLineRun run = features();
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        String table = run.out().replace(tree.toString(), "TREE");
        if (Boolean.getBoolean("pinfuzz.golden.write")) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, table);
        }
        assertThat(GOLDEN).hasContent(table);
    }

    @Test
    void a_kernel_in_which_no_guest_works_is_not_a_success() throws IOException {
        configure(OPTIONS.stream()
                .filter(option -> !option.equals("BLK_DEV_INITRD"))
                .toList());
        CommandLineRun run = features();
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("No guest works in this kernel.");
    }

    @Test
    void the_missing_lines_are_a_fragment_and_nothing_else() {
        CommandLineRun run = features("--missing-config");
        assertThat(run.status()).isZero();
        assertThat(run.out().lines())
                .contains("CONFIG_TEST_HMM=m", "CONFIG_CMA=y", "CONFIG_DMA_CMA=y")
                .doesNotContain("CONFIG_NUMA=y")
                .allMatch(line -> line.startsWith("# ") || line.matches("CONFIG_[A-Z0-9_]+=[ym]"));
    }

    @Test
    void the_report_has_options_what_is_missing_and_operations() throws IOException {
        CommandLineRun run = features("--json", "-");
        JsonNode root = JsonMapper.builder().build().readTree(run.out());
        assertThat(root.path("format").asText()).isEqualTo("pinfuzz-kernel-features");
        assertThat(root.path("release").asText()).isEqualTo("6.12.1");
        assertThat(root.path("guestsWork").asBoolean()).isTrue();
        JsonNode numa = feature(root, "NUMA");
        assertThat(numa.path("state").asText()).isEqualTo("there");
        assertThat(numa.path("operations")).extracting(JsonNode::asText).contains("move_pages", "mbind");
        JsonNode device = feature(root, "device memory");
        assertThat(device.path("state").asText()).isEqualTo("missing");
        assertThat(device.path("missing")).extracting(JsonNode::asText).containsExactly("CONFIG_TEST_HMM=m");
    }

    private static JsonNode feature(JsonNode root, String name) {
        for (JsonNode feature : root.path("features")) {
            if (feature.path("name").asText().equals(name)) {
                return feature;
            }
        }
        throw new AssertionError("no feature " + name + " in " + root);
    }

    @Test
    void which_kernel_must_be_said_once() {
        assertThat(CommandLineRun.of("kernels", "features").status()).isEqualTo(2);
        assertThat(features("debian-6.1").status()).isEqualTo(2);
        assertThat(CommandLineRun.of("kernels", "features", "--kernel-image", "vmlinuz")
                        .status())
                .isEqualTo(2);
    }
}
