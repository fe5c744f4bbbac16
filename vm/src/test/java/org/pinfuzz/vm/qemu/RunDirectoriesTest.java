// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.VmException;

final class RunDirectoriesTest {
    @TempDir
    Path temporary;

    @Test
    void the_sweep_kills_what_a_dead_owner_left_and_nothing_else() throws Exception {
        RunDirectories directories = RunDirectories.in(temporary.resolve("run"));
        Path ours = directories.create();
        Path abandoned = directories.create();
        Process left = new ProcessBuilder("sleep", "600").start();
        RunDirectories.noteQemu(abandoned, left.pid());
        // This process's number with another start time: an owner that is gone.
        Files.writeString(abandoned.resolve("owner"), ProcessHandle.current().pid() + " 1");

        assertThat(directories.sweep()).isEqualTo(1);

        assertThat(left.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(abandoned).doesNotExist();
        assertThat(ours).exists();
    }

    @Test
    void the_sweep_does_not_kill_a_process_that_only_has_the_number() throws Exception {
        RunDirectories directories = RunDirectories.in(temporary.resolve("run"));
        Path abandoned = directories.create();
        Process other = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(abandoned.resolve("qemu.pid"), other.pid() + " 1");
            Files.writeString(
                    abandoned.resolve("owner"), ProcessHandle.current().pid() + " 1");
            directories.sweep();
            assertThat(other.isAlive()).isTrue();
            assertThat(abandoned).doesNotExist();
        } finally {
            other.destroyForcibly();
        }
    }

    @Test
    void a_directory_that_others_can_write_into_is_refused() throws IOException {
        Path open = Files.createDirectory(temporary.resolve("open"));
        assertThatThrownBy(() -> RunDirectories.in(open))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("it is not a directory of this user alone");
    }

    @Test
    void a_path_too_long_for_sockets_is_refused() {
        assertThatThrownBy(() -> RunDirectories.in(temporary.resolve("x".repeat(100))))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("its name is longer than 80 characters");
    }
}
