// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostToolsTest implements ToolboxContract {
    @TempDir
    private Path directory;

    @Override
    public Toolbox tools() {
        return new HostTools();
    }

    @Override
    public Path directory() throws IOException {
        return directory.toRealPath();
    }

    @Test
    void a_program_that_is_missing_cannot_be_started() {
        assertThatThrownBy(() -> new HostCommand(List.of("no-such-program"), directory, Duration.ofSeconds(1))
                        .run(directory.resolve("log")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-such-program");
    }

    @Test
    void processes_are_those_of_this_machine() throws Exception {
        RunningTool guest = tools().start(new ToolRun.Guest(
                List.of("sleep", "1000"), directory, Path.of("/dev/null"), directory.resolve("qemu.log"), 1 << 20));

        assertThat(tools().processes().map(ProcessHandle::pid))
                .contains(guest.pid().orElseThrow());

        guest.kill();
        assertThat(guest.awaitExit(LONG)).isTrue();
        assertThat(guest.exitStatus()).isEqualTo(128 + 9);
    }
}
