// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.qemu.RunDirectories;

/** What is left of a pool whose process is killed. */
@Timeout(120)
final class KilledOwnerGuestTest {
    @BeforeAll
    static void prepare() {
        TestGuests.template(GuestProfile.DEFAULT);
    }

    @Test
    void a_killed_process_leaves_no_guest_running(@TempDir Path runtime) throws Exception {
        ProcessBuilder holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + Installation.HOME_PROPERTY + "=" + System.getProperty(Installation.HOME_PROPERTY),
                        "-cp",
                        System.getProperty("java.class.path"),
                        PoolHolder.class.getName())
                .redirectErrorStream(true);
        // Where no other pinfuzz of this machine sweeps.
        holder.environment().put("XDG_RUNTIME_DIR", runtime.toString());
        Process owner = holder.start();
        try (BufferedReader output = owner.inputReader()) {
            assertThat(output.readLine()).isEqualTo("working");
            List<ProcessHandle> guests = owner.descendants()
                    .filter(child -> child.info().command().orElse("").contains("qemu-system"))
                    .toList();
            assertThat(guests).isNotEmpty();

            owner.destroyForcibly();

            for (ProcessHandle guest : guests) {
                CompletableFuture<ProcessHandle> ended = guest.onExit();
                assertThat(ended.get(10, TimeUnit.SECONDS).isAlive()).isFalse();
            }
            // Its directories are removed by whoever comes next.
            Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            assertThat(RunDirectories.in(runtime.resolve("pinfuzz-" + user)).sweep())
                    .isEqualTo(guests.size());
        } finally {
            owner.destroyForcibly();
        }
    }
}
