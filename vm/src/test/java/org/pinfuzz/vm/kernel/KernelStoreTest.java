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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
                .hasMessageContaining(
                        "the mirror cannot be reached, or the connection breaks; check the network, or name another mirror");
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

    /** What the package manager said of a mirror that changed packages, cut them off, or asked for a login. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "E: Failed to fetch http://m/x.deb  Hash Sum mismatch | not what the signed lists say, so it is not used",
                "File has unexpected size (1 != 2). Mirror sync in progress? | not what the signed lists say",
                "The following signatures were invalid: BADSIG 6ED0E7B82643E131 | a signature does not hold",
                "E: The repository 'http://m bookworm InRelease' is no longer signed. | a signature does not hold",
                "Clearsigned file isn't valid, got 'NOSPLIT' | no signed list, so nothing of it is used",
                "Error reading from server. Remote end closed connection | the connection breaks"
            })
    void what_does_not_verify_is_told_in_the_package_managers_stead(String said, String told) {
        assertThat(Apt.diagnose(said)).contains(told);
    }

    @Test
    void a_full_disk_is_told_in_the_package_managers_stead() {
        assertThat(Apt.diagnose("E: Write error - write (28: No space left on device)"))
                .isEqualTo("the disk is full; make room and run it again");
    }
}
