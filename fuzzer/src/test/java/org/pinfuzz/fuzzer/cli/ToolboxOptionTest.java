// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.vm.Installation;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

final class ToolboxOptionTest {
    private static final String IN_CONTAINER = "--in-container";

    @Command(name = "test")
    private static final class Holder {
        @Mixin
        private ToolboxOption toolbox = new ToolboxOption();
    }

    private static ToolboxOption option(String... arguments) {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs(arguments);
        return holder.toolbox;
    }

    @Test
    void what_was_recorded_comes_back_unless_the_command_line_says_otherwise() {
        assertThat(option().toRecord()).isEmpty();
        assertThat(option(IN_CONTAINER).toRecord()).containsExactly(IN_CONTAINER);
        ToolboxOption again = option();
        again.recorded(List.of("--kernel", "debian-7.2", IN_CONTAINER));
        assertThat(again.toRecord()).containsExactly(IN_CONTAINER);
        ToolboxOption otherwise = option("--no-in-container");
        otherwise.recorded(List.of(IN_CONTAINER));
        assertThat(otherwise.toRecord()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fuzz --kernel debian-5.10", "bench pipeline", "bench ladder", "doctor"})
    void without_an_engine_there_is_one_clear_error(String command, @TempDir Path directory)
            throws IOException, InterruptedException {
        assumeFalse(
                Files.exists(Path.of("/var/run/docker.sock")),
                "this machine has an engine at its usual place, which is asked too");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + Installation.HOME_PROPERTY + "=" + System.getProperty(Installation.HOME_PROPERTY),
                // Testcontainers keeps a file there.
                "-Duser.home=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        line.addAll(List.of(command.split(" ")));
        line.add(IN_CONTAINER);
        ProcessBuilder builder =
                new ProcessBuilder(line).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("DOCKER_HOST", "unix://" + directory.resolve("none.sock"));
        builder.environment().remove("XDG_RUNTIME_DIR");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(1);
        assertThat(output.lines())
                .singleElement()
                .asString()
                .startsWith("pinfuzz: looking for a container engine failed: nothing answers at DOCKER_HOST=unix://")
                .contains("apt-get install docker.io")
                .contains("leave --in-container out");
    }
}
