// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.RunningTool;
import org.pinfuzz.vm.ToolRun;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.ToolboxContract;
import org.pinfuzz.vm.qemu.RunDirectories;

/** The first start may make the image, which takes minutes. */
@Timeout(value = 600)
final class ContainerToolsTest implements ToolboxContract {
    private static final RunDirectories DIRECTORIES = RunDirectories.ofUser();
    private static ContainerTools tools;

    private Path directory;

    @AfterAll
    static void end() {
        if (tools != null) {
            tools.close();
        }
    }

    /** Before each and not before all, where the reason for skipping would be in no report. */
    @BeforeEach
    void start() throws IOException {
        if (tools == null) {
            tools = Engine.start(DIRECTORIES);
        }
        directory = DIRECTORIES.create();
    }

    @Override
    public Toolbox tools() {
        return tools;
    }

    @Override
    public Path directory() {
        return directory;
    }

    private HostCommand.Result shell(String script) throws IOException, InterruptedException {
        return new HostCommand(List.of("bash", "-c", script), directory, LONG).run(tools, directory.resolve("log"));
    }

    @Test
    void it_has_the_tools_of_the_image_and_not_those_of_this_machine() throws Exception {
        assertThat(tools.available("qemu-system-x86_64")).isTrue();
        assertThat(tools.available("gcc-16")).isTrue();
        assertThat(tools.missing("x", "y")).contains(tools.image(), "vm/image/packages");
        assertThat(shell("ls /sys/class/net").output().strip()).isEqualTo("lo");
        assertThat(shell("grep CapEff /proc/self/status").output()).contains("0000000000000000");
    }

    @Test
    void the_checkout_cannot_be_written_and_the_cache_can() throws Exception {
        Installation installation = Installation.detect();

        assertThat(shell("touch " + installation.home().resolve("README.md")).output())
                .contains("Read-only file system");
        assertThat(shell("test -w " + installation.cache()).status()).isZero();
    }

    @Test
    void a_program_that_is_missing_ends_with_the_shells_status() throws Exception {
        HostCommand.Result result =
                new HostCommand(List.of("no-such-program"), directory, LONG).run(tools, directory.resolve("log"));

        assertThat(result.status()).isEqualTo(127);
        assertThat(result.output()).contains("no-such-program");
    }

    @Test
    void guests_show_among_the_processes_of_this_machine() throws Exception {
        RunningTool guest = tools.start(new ToolRun.Guest(
                List.of("sleep", "54321"), directory, Path.of("/dev/null"), directory.resolve("qemu.log"), 1 << 20));
        long deadlineNs = System.nanoTime() + LONG.toNanos();
        while (tools.processes()
                .noneMatch(process -> process.info().commandLine().orElse("").endsWith("sleep 54321"))) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
            Thread.onSpinWait();
        }

        guest.kill();

        assertThat(guest.awaitExit(LONG)).isTrue();
        assertThat(guest.exitStatus()).isEqualTo(128 + 9);
    }

    @Test
    void when_the_container_ends_all_that_runs_in_it_has_ended(@TempDir Path other) throws Exception {
        RunDirectories directories = RunDirectories.in(other.resolve("run"));
        ContainerTools second = Engine.start(directories);
        RunningTool guest = second.start(new ToolRun.Guest(
                List.of("sleep", "1000"), other, Path.of("/dev/null"), other.resolve("qemu.log"), 1 << 20));

        second.close();

        assertThat(guest.awaitExit(LONG)).isTrue();
        assertThat(Files.list(directories.base()).filter(Files::isDirectory)).isEmpty();
        assertThatThrownBy(() -> new HostCommand(List.of("true"), other, Duration.ofSeconds(1))
                        .run(second, other.resolve("log")))
                .isInstanceOf(IOException.class);
    }

    @Test
    void the_launcher_reads_words_as_they_are() {
        assertThat(ContainerTools.quoted("it's\ntwo lines")).isEqualTo("'it'\\''s'$'\\n''two lines'");
    }
}
