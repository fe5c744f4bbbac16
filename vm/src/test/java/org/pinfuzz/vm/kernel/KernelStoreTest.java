// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinfuzz.vm.HostCommand;
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
    void an_image_package_that_is_empty_brings_those_that_are_not() {
        Map<String, String> image = Map.of(
                "Depends",
                "dracut | initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool, linux-base (>= 4.3~),"
                        + " linux-base-7.2.13+deb14-cloud-amd64 (= 7.2.13-1),"
                        + " linux-binary-7.2.13+deb14-cloud-amd64 (= 7.2.13-1),"
                        + " linux-modules-7.2.13+deb14-cloud-amd64 (= 7.2.13-1)");
        assertThat(KernelStore.neededBy(image, KernelStore.NEEDED_BY_IMAGE))
                .containsExactly(
                        "linux-base-7.2.13+deb14-cloud-amd64",
                        "linux-binary-7.2.13+deb14-cloud-amd64",
                        "linux-modules-7.2.13+deb14-cloud-amd64");
        assertThat(KernelStore.neededBy(
                        Map.of("Depends", "kmod, linux-base (>= 4.3~), initramfs-tools"), KernelStore.NEEDED_BY_IMAGE))
                .isEmpty();
    }

    @Test
    void headers_name_no_absolute_path_afterwards() throws Exception {
        String makefile = KernelStore.relative(
                "KBUILD_OUTPUT=/usr/src/linux-headers-7.2-amd64\ninclude /usr/src/linux-headers-7.2-common/Makefile\n");
        assertThat(makefile).doesNotContain("/usr/src").contains("KBUILD_OUTPUT := ");

        Path headers = Files.createDirectories(directory.resolve("usr/src/linux-headers-7.2-amd64"));
        Path common = Files.createDirectories(directory.resolve("usr/src/linux-headers-7.2-common"));
        Files.writeString(headers.resolve("Makefile"), makefile);
        Files.writeString(common.resolve("Makefile"), "all:\n\t@echo $(KBUILD_OUTPUT)\n");
        HostCommand.Result made = new HostCommand(
                        List.of("make", "-s", "-C", headers.toString()), directory, Duration.ofMinutes(1))
                .runForOutput();
        assertThat(made.output().strip()).isEqualTo(headers.toRealPath().toString());
    }

    @Test
    void a_kernel_wants_modules_of_the_compiler_that_built_it() throws IOException {
        Path there = Files.createDirectories(directory.resolve("cache/kernels/" + NAME + "/6.1.0-9-cloud-amd64"));
        Files.writeString(
                Files.createDirectories(there.resolve("h")).resolve(".config"),
                "CONFIG_CC_VERSION_TEXT=\"gcc-16 (Debian 16.2.0-4) 16.2.0\"\nCONFIG_GCC_VERSION=160200\n");
        Files.writeString(there.resolve("kernel.json"), """
                {"name": "%s", "release": "r", "image": "i", "modules": "m", "headers": "h", "packages": {}}
                """.formatted(NAME));
        assertThat(store("http://127.0.0.1:9/debian").fetch(NAME).compiler()).isEqualTo("gcc-16");
    }

    @Test
    void a_full_disk_is_told_in_the_package_managers_stead() {
        assertThat(Apt.diagnose("E: Write error - write (28: No space left on device)"))
                .isEqualTo("the disk is full; make room and run it again");
    }
}
