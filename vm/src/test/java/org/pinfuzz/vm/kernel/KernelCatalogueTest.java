// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.VmException;

final class KernelCatalogueTest {
    @TempDir
    Path directory;

    @Test
    void the_catalogue_of_this_repository_has_three_stock_kernels() {
        KernelCatalogue catalogue = KernelCatalogue.read(Installation.detect().kernelCatalogue());
        assertThat(catalogue.kernels())
                .extracting(DebianKernel::name)
                .containsExactly("debian-5.10", "debian-6.1", "debian-6.12");
    }

    @Test
    void a_kernel_that_is_not_there_is_an_error_that_lists_those_that_are() {
        KernelCatalogue catalogue = KernelCatalogue.read(Installation.detect().kernelCatalogue());
        assertThatThrownBy(() -> catalogue.kernel("debian-9.9"))
                .isInstanceOf(VmException.class)
                .hasMessage("looking for the kernel debian-9.9 failed: the catalogue does not have it; it has"
                        + " debian-5.10, debian-6.1, debian-6.12");
    }

    @Test
    void all_problems_of_a_file_are_told_at_once() throws IOException {
        Path file = directory.resolve("bad.json");
        Files.writeString(file, """
                { "name": "worse", "title": 7, "source": "elsewhere", "abi": "6.1/../*", "extra": true,
                  "suites": [ { "archive": "attic", "suite": "bookworm", "colour": "red" }, 3 ] }
                """);
        assertThatThrownBy(() -> KernelCatalogue.read(directory))
                .isInstanceOf(VmException.class)
                .hasMessage("reading the kernel " + file + " failed:\n"
                        + "  extra is unknown; known are abi, flavour, name, source, suites, title\n"
                        + "  name is \"worse\", so the file must be called worse.json\n"
                        + "  title is not a text but 7\n"
                        + "  source is \"elsewhere\"; known is \"debian-packages\"\n"
                        + "  abi is \"6.1/../*\", which does not match [a-z0-9][a-z0-9.+*-]{0,62}\n"
                        + "  flavour is missing\n"
                        + "  suites[0].colour is unknown; known are archive, suite\n"
                        + "  suites[0].archive is \"attic\"; known are debian, debian-security\n"
                        + "  suites[1] is not an object\n"
                        + "mend the file, or remove it");
    }

    @Test
    void what_is_no_json_is_said_with_its_line() throws IOException {
        Files.writeString(directory.resolve("bad.json"), "{\n\"name\": }");
        assertThatThrownBy(() -> KernelCatalogue.read(directory))
                .hasMessageContaining("it is not JSON: ")
                .hasMessageContaining("(line 2)");
    }

    @Test
    void a_field_given_twice_is_refused() throws IOException {
        Files.writeString(directory.resolve("bad.json"), "{\"name\": \"a\", \"name\": \"b\"}");
        assertThatThrownBy(() -> KernelCatalogue.read(directory)).hasMessageContaining("Duplicate");
    }

    @Test
    void an_empty_catalogue_is_an_error() {
        assertThatThrownBy(() -> KernelCatalogue.read(directory)).hasMessageContaining("holds no *.json file");
    }
}
