// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What guests and builds rely on, wherever tools run. */
@Timeout(60)
public interface ToolboxContract {
    Duration LONG = Duration.ofSeconds(30);

    Toolbox tools();

    /** A directory that the tools see too. */
    Path directory() throws IOException;

    @Test
    default void a_command_runs_where_it_is_told_and_its_output_is_in_the_file() throws Exception {
        Path log = directory().resolve("log");

        HostCommand.Result result = new HostCommand(
                        List.of("sh", "-c", "pwd; echo to the user >&2; exit 3"), directory(), LONG)
                .run(tools(), log);

        assertThat(result.status()).isEqualTo(3);
        assertThat(result.output().lines())
                .containsExactlyInAnyOrder(directory().toString(), "to the user");
        assertThat(Files.readString(log)).isEqualTo(result.output());
    }

    @Test
    default void only_standard_output_is_answered_when_asked_for() throws Exception {
        assertThat(new HostCommand(List.of("sh", "-c", "echo answer; echo noise >&2"), directory(), LONG)
                        .runForOutput(tools())
                        .output())
                .isEqualTo("answer\n");
    }

    @Test
    default void arguments_arrive_as_they_are() throws Exception {
        List<String> arguments =
                List.of("", " a  b ", "'", "\"$HOME\" `id`", "\\", "*", "two\nlines", "ü", "-n", "$'x'");
        List<String> command = new java.util.ArrayList<>(List.of("printf", "%s|"));
        command.addAll(arguments);

        assertThat(new String(
                        new HostCommand(command, directory(), LONG)
                                .runForOutput(tools())
                                .output()
                                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
                        java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(String.join("|", arguments) + "|");
    }

    @Test
    default void what_a_command_writes_belongs_to_this_user() throws Exception {
        new HostCommand(List.of("touch", "written"), directory(), LONG)
                .run(tools(), directory().resolve("log"));

        assertThat(Files.getOwner(directory().resolve("written"))).isEqualTo(Files.getOwner(directory()));
    }

    @Test
    default void a_command_that_takes_too_long_is_stopped_with_all_that_it_started() throws Exception {
        Path log = directory().resolve("log");

        assertThatThrownBy(() -> new HostCommand(
                                List.of("sh", "-c", "sleep 1000 & echo $!; sleep 1000"),
                                directory(),
                                Duration.ofMillis(500))
                        .run(tools(), log))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("took longer than")
                .hasMessageContaining(log.toString());

        Path left = directory().resolve("left");
        long deadlineNs = System.nanoTime() + LONG.toNanos();
        // A killed process is gone a moment after the signal.
        while (new HostCommand(
                                List.of(
                                        "sh",
                                        "-c",
                                        "read pid < log; read -r stat < /proc/$pid/stat || exit 1;"
                                                + " case \"$stat\" in *') Z '*) exit 1;; esac"),
                                directory(),
                                LONG)
                        .run(tools(), left)
                        .status()
                == 0) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    @Test
    default void a_guest_reads_its_input_and_a_signal_shows_in_its_exit_status() throws Exception {
        Path input = Files.writeString(directory().resolve("state"), "a saved state\n");
        Path output = directory().resolve("qemu.log");

        RunningTool guest = tools().start(new ToolRun.Guest(
                List.of("sh", "-c", "cat; echo started; exec sleep 1000"), directory(), input, output, 1 << 20));
        long deadlineNs = System.nanoTime() + LONG.toNanos();
        while (!Files.exists(output) || !Files.readString(output).equals("a saved state\nstarted\n")) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
        assertThat(guest.alive()).isTrue();
        assertThat(guest.awaitExit(Duration.ofMillis(1))).isFalse();

        guest.terminate();

        assertThat(guest.awaitExit(LONG)).isTrue();
        assertThat(guest.exitStatus()).isEqualTo(128 + 15);
        assertThat(guest.alive()).isFalse();
    }

    @Test
    default void files_of_a_guest_do_not_grow_beyond_the_limit() throws Exception {
        RunningTool guest = tools().start(new ToolRun.Guest(
                List.of("sh", "-c", "head -c 100000 /dev/zero > large"),
                directory(),
                Path.of("/dev/null"),
                directory().resolve("qemu.log"),
                4096));

        assertThat(guest.awaitExit(LONG)).isTrue();
        assertThat(Files.size(directory().resolve("large"))).isEqualTo(4096);
    }

    @Test
    default void a_program_is_there_or_is_not() {
        assertThat(tools().available("sh")).isTrue();
        assertThat(tools().available("no-such-program")).isFalse();
        assertThat(tools().missing("no-such-program", "its-package")).contains("no-such-program", "its-package");
    }
}
