// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class KernelChoiceTest {
    @Command(name = "test")
    private static final class Holder {
        @Mixin
        private KernelChoice kernel = new KernelChoice();
    }

    private static KernelChoice choice(String... arguments) {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs(arguments);
        return holder.kernel;
    }

    private static String absolute(String path) {
        return Path.of(path).toAbsolutePath().toString();
    }

    @Test
    void what_is_recorded_holds_from_any_directory() {
        assertThat(choice().toRecord()).containsExactly("--kernel", KernelChoice.DEFAULT_KERNEL);
        assertThat(choice("--kernel", "debian-6.1").toRecord()).containsExactly("--kernel", "debian-6.1");
        assertThat(choice("--kernel-tree", "linux/../linux").toRecord())
                .containsExactly("--kernel-tree", absolute("linux"));
        assertThat(choice("--kernel-image", "a", "--kernel-headers", "b", "--kernel-modules", "c")
                        .toRecord())
                .containsExactly(
                        "--kernel-image",
                        absolute("a"),
                        "--kernel-headers",
                        absolute("b"),
                        "--kernel-modules",
                        absolute("c"));
    }

    @Test
    void what_was_recorded_comes_back() {
        for (KernelChoice recorded : List.of(
                choice("--kernel", "debian-6.1"),
                choice("--kernel-tree", "linux"),
                choice("--kernel-image", "a", "--kernel-headers", "b"),
                choice("--kernel-image", "a", "--kernel-headers", "b", "--kernel-modules", "c"))) {
            KernelChoice again = choice();
            again.recorded(recorded.toRecord());
            assertThat(again.toRecord()).isEqualTo(recorded.toRecord());
        }
    }

    @Test
    void the_command_line_wins_over_what_was_recorded() {
        KernelChoice choice = choice("--kernel-tree", "mine");
        choice.recorded(List.of("--kernel", "debian-5.10"));
        assertThat(choice.toRecord()).containsExactly("--kernel-tree", absolute("mine"));
        KernelChoice other = choice("--kernel", "debian-6.1");
        other.recorded(List.of("--kernel-image", "a", "--kernel-headers", "b"));
        assertThat(other.toRecord()).containsExactly("--kernel", "debian-6.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--kernel debian-6.1 --kernel-tree linux",
                "--kernel debian-6.1 --kernel-image a --kernel-headers b",
                "--kernel-tree linux --kernel-image a --kernel-headers b",
                "--kernel-image a",
                "--kernel-headers b",
                "--kernel-modules c",
                "--kernel-tree linux --kernel-modules c"
            })
    void kernels_exclude_each_other_and_an_image_needs_headers(String arguments) {
        String[] words = ("fuzz " + arguments).split(" ");
        CommandLineRun run = CommandLineRun.of(words);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--kernel").contains("pinfuzz fuzz --help");
    }

    @Test
    void a_directory_that_is_no_tree_is_one_clear_error(@TempDir Path directory) {
        CommandLineRun run = CommandLineRun.of("fuzz", "--kernel-tree", directory.toString(), "--time", "1s");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains(directory.toString())
                .contains("it is no kernel tree");
    }
}
