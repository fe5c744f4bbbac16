// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;

/** The real package manager against mirrors that do not work. */
final class KernelStoreTest {
    private static final String NAME = "debian-6.1";

    @TempDir
    Path directory;

    private KernelStore store(String mirror) {
        return new KernelStore(
                new Installation(Installation.detect().home(), directory.resolve("cache")),
                () -> Mirrors.of(mirror),
                ProgressListener.SILENT);
    }

    @Test
    void a_mirror_that_cannot_be_reached_is_told_and_leaves_nothing() {
        // Nothing listens on the discard port of this machine.
        assertThatThrownBy(() -> store("http://127.0.0.1:9/debian").fetch(NAME))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("reading the package lists from suites bookworm, bookworm-security")
                .hasMessageContaining("the mirror cannot be reached; check the network, or name another mirror");
        assertThat(directory.resolve("cache/kernels/" + NAME)).doesNotExist();
    }

    @Test
    void a_mirror_without_the_suite_is_told() {
        assertThatThrownBy(() -> store("file:" + directory.resolve("empty")).fetch(NAME))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("failed: the mirror does not have that suite");
    }

    @Test
    void lists_that_nobody_signed_are_refused() throws IOException {
        for (String archive : List.of("debian/dists/bookworm", "debian-security/dists/bookworm-security")) {
            Path suite = Files.createDirectories(directory.resolve(archive));
            Files.writeString(
                    suite.resolve("Release"), "Codename: bookworm\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n");
        }
        assertThatThrownBy(() -> store("file:" + directory.resolve("debian")).fetch(NAME))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("a signature does not hold, so nothing of it is used");
    }

    @Test
    void a_kernel_that_is_there_is_used_without_the_network() throws IOException {
        for (String release : List.of("6.1.0-9-cloud-amd64", "6.1.0-10-cloud-amd64")) {
            Path there = Files.createDirectories(directory.resolve("cache/kernels/" + NAME + "/" + release));
            Files.writeString(Files.createDirectories(there.resolve("h")).resolve(".config"), "CONFIG_MMU=y\n");
            Files.writeString(there.resolve("kernel.json"), """
                    {"name": "%s", "release": "%s", "image": "i", "modules": "m", "headers": "h", "packages": {"p": "1"}}
                    """.formatted(NAME, release));
        }
        Kernel kernel = store("http://127.0.0.1:9/debian").fetch(NAME);
        assertThat(kernel.release()).isEqualTo("6.1.0-10-cloud-amd64");
        assertThat(kernel.packageVersions()).containsEntry("p", "1");
    }

    @Test
    void a_damaged_record_is_told_with_what_to_do() throws IOException {
        Path there = Files.createDirectories(directory.resolve("cache/kernels/" + NAME + "/6.1.0-9-cloud-amd64"));
        Files.writeString(there.resolve("kernel.json"), "{}");
        assertThatThrownBy(() -> store("http://127.0.0.1:9/debian").find(NAME))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("delete that directory and fetch it again");
    }

    @Test
    void a_full_disk_is_told_in_the_package_managers_stead() {
        assertThat(Apt.diagnose("E: Write error - write (28: No space left on device)"))
                .isEqualTo("the disk is full; make room and run it again");
    }
}
