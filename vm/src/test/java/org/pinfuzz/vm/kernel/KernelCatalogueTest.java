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
    void the_catalogue_of_this_repository_has_stock_kernels_and_kernels_from_source() {
        KernelCatalogue catalogue = KernelCatalogue.read(Installation.detect().kernelCatalogue());
        assertThat(catalogue.kernels())
                .extracting(CatalogueKernel::name)
                .contains(
                        "debian-5.10", "debian-6.1", "debian-6.12", "debian-7.2", "pin-6.12", "pin-7.2", "mutants-6.12")
                .contains("kcov-6.12", "kcov-7.2", "kasan-6.12", "kasan-7.2", "lockdep-6.12", "lockdep-7.2");
        assertThat(catalogue.kernel("pin-6.12")).isInstanceOf(SourceKernel.class);
        assertThat(catalogue.kernel("debian-6.12")).isInstanceOf(DebianKernel.class);
    }

    @Test
    void a_kernel_that_is_not_there_is_an_error_that_lists_those_that_are() {
        KernelCatalogue catalogue = KernelCatalogue.read(Installation.detect().kernelCatalogue());
        assertThatThrownBy(() -> catalogue.kernel("debian-9.9"))
                .isInstanceOf(VmException.class)
                .hasMessageStartingWith(
                        "looking for the kernel debian-9.9 failed: the catalogue does not have it; it has"
                                + " debian-5.10, debian-6.1, debian-6.12, debian-7.2");
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
                        + "  source is \"elsewhere\"; known are \"debian-packages\", \"debian-source\"\n"
                        + "  extra is unknown; known are abi, flavour, name, source, suites, title\n"
                        + "  name is \"worse\", so the file must be called worse.json\n"
                        + "  title is not a text but 7\n"
                        + "  abi is \"6.1/../*\", which does not match [a-z0-9][a-z0-9.+*-]{0,62}\n"
                        + "  flavour is missing\n"
                        + "  suites[0].colour is unknown; known are archive, suite\n"
                        + "  suites[0].archive is \"attic\"; known are debian, debian-security\n"
                        + "  suites[1] is not an object\n"
                        + "mend the file, or remove it");
    }

    @Test
    void all_problems_of_a_kernel_from_source_are_told_at_once() throws IOException {
        Path file = directory.resolve("mine-7.0.json");
        Files.writeString(file, """
                { "name": "mine-7.0", "title": "t", "source": "debian-source", "package": "linux-source-6.12",
                  "suites": [ { "archive": "debian", "suite": "sid" } ], "flavour": "cloud",
                  "patches": [ "../escape", "a", "a" ], "config": [], "sources": "none" }
                """);
        assertThatThrownBy(() -> KernelCatalogue.read(directory))
                .isInstanceOf(VmException.class)
                .hasMessage("reading the kernel " + file + " failed:\n"
                        + "  flavour is unknown; known are config, name, package, patches, source, sources, suites,"
                        + " title\n"
                        + "  name is \"mine-7.0\"; that of a kernel from linux-source-6.12 must end in -6.12\n"
                        + "  patches[0] is \"../escape\", which is no text that matches"
                        + " [A-Za-z0-9_][A-Za-z0-9_.-]{0,62}\n"
                        + "  patches[2] is \"a\", which is there already\n"
                        + "  config must name at least one file of kmod/config\n"
                        + "  sources is not a list but \"none\"\n"
                        + "mend the file, or remove it");
    }

    @Test
    void what_is_no_json_is_said_with_its_line() throws IOException {
        Files.writeString(directory.resolve("bad.json"), "{\n\"name\": }");
        assertThatThrownBy(() -> KernelCatalogue.read(directory))
                .hasMessageContaining("it is not JSON: ")
                .hasMessageContaining("(line 2, column 9)");
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
