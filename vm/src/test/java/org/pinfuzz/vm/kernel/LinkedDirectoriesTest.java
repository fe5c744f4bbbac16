// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinkedDirectoriesTest {
    @TempDir
    private Path temporary;

    private Path root;

    @BeforeEach
    void resolve() throws IOException {
        root = temporary.toRealPath();
    }

    private Path directory(String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }

    @Test
    void a_tree_that_was_built_in_place_stands_for_itself() throws IOException {
        Path tree = directory("linux");
        Files.createSymbolicLink(tree.resolve("inside"), Path.of("arch"));
        directory("linux/arch");
        assertThat(LinkedDirectories.of(tree)).containsExactly(tree);
    }

    @Test
    void an_output_directory_goes_back_to_its_sources() throws IOException {
        Path sources = directory("src/linux");
        Path output = directory("out");
        Files.createSymbolicLink(output.resolve("source"), sources);
        assertThat(LinkedDirectories.of(output)).containsExactly(output, sources);
    }

    @Test
    void headers_in_several_packages_are_all_found_under_their_real_names() throws IOException {
        Path common = directory("src/linux-headers-6.1-common");
        Path scripts = directory("lib/linux-kbuild-6.1/scripts");
        Path headers = directory("src/linux-headers-6.1-amd64");
        Files.writeString(headers.resolve("Makefile"), "include " + common + "/Makefile\n");
        Files.writeString(common.resolve("Makefile"), "VERSION = 6\n");
        Files.createSymbolicLink(headers.resolve("scripts"), Path.of("../../lib/linux-kbuild-6.1/scripts"));
        Path build = directory("lib/modules/6.1").resolve("build");
        Files.createSymbolicLink(build, headers);
        assertThat(LinkedDirectories.of(build)).containsExactlyInAnyOrder(headers, common, scripts);
    }

    @Test
    void what_belongs_to_the_system_or_is_not_there_is_left_out() throws IOException {
        Path tree = directory("linux");
        Files.createSymbolicLink(tree.resolve("tool"), Path.of("/usr/bin/env"));
        Files.createSymbolicLink(tree.resolve("all"), Path.of("/usr"));
        Files.createSymbolicLink(tree.resolve("broken"), Path.of("nowhere"));
        assertThat(LinkedDirectories.of(tree)).containsExactly(tree);

        // Whoever removes the directory would warn of links that lead out of it.
        Files.delete(tree.resolve("tool"));
        Files.delete(tree.resolve("all"));
    }
}
