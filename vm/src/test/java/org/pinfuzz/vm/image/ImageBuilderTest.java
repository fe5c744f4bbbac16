// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelConfig;

final class ImageBuilderTest {
    @TempDir
    private Path directory;

    @Test
    void a_kernel_of_a_newer_compiler_is_told_with_both_compilers_and_the_way_out() {
        Kernel kernel = new Kernel(
                "stock",
                "99.1.0-stock",
                directory.resolve("bzImage"),
                directory,
                directory,
                "gcc-99",
                new KernelConfig(Map.of("CC_VERSION_TEXT", "\"gcc-99 (Future) 99.1.0\"")),
                new TreeMap<>());
        Installation installation = new Installation(Installation.detect().home(), directory.resolve("cache"));
        ImageBuilder images = new ImageBuilder(installation, ProgressListener.SILENT);
        assertThat(images.moduleBuilt(kernel)).isFalse();
        assertThatThrownBy(() -> images.module(kernel))
                .isInstanceOf(VmException.class)
                .hasMessageMatching(
                        "building pinfuzz.ko for 99.1.0-stock failed: the kernel was built with gcc-99"
                                + " \\(Future\\) 99.1.0, whose options no older compiler knows, and gcc here is \\d+; gcc-99 is"
                                + " not on this machine; install the package gcc-99, or use --in-container, whose image has it");
    }

    @Test
    void a_module_that_another_compiler_cannot_build_is_told_with_both_compilers() throws IOException {
        Files.writeString(directory.resolve("Makefile"), "modules:\n\t@echo unknown option -fnew; exit 1\n");
        Kernel kernel = new Kernel(
                "mine",
                "6.12.1-mine",
                directory.resolve("bzImage"),
                directory,
                directory,
                "gcc",
                new KernelConfig(Map.of("CC_VERSION_TEXT", "\"gcc (Future) 99.1.0\"")),
                new TreeMap<>());
        Installation installation = new Installation(Installation.detect().home(), directory.resolve("cache"));
        assertThatThrownBy(() -> new ImageBuilder(installation, ProgressListener.SILENT).module(kernel))
                .isInstanceOf(VmException.class)
                .hasMessageStartingWith("building pinfuzz.ko for 6.12.1-mine failed: make ended with status 2")
                .hasMessageContaining("unknown option -fnew")
                .hasMessageContaining("the kernel was built with gcc (Future) 99.1.0, its module with gcc (");
        assertThat(installation.cache().resolve("logs/module-6.12.1-mine.log")).isNotEmptyFile();
        assertThat(installation.cache().resolve("modules")).isDirectoryNotContaining(path -> Files.isDirectory(path));
    }
}
