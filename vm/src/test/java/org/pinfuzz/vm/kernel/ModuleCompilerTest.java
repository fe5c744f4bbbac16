// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.pinfuzz.vm.VmException;

final class ModuleCompilerTest {
    private final List<String> told = new ArrayList<>();

    private String choose(Map<String, Integer> here, Map<String, String> config) {
        return new ModuleCompiler(
                        program -> here.containsKey(program) ? OptionalInt.of(here.get(program)) : OptionalInt.empty())
                .choose("a kernel", new KernelConfig(config), told::add);
    }

    private static Optional<String> find(Map<String, Integer> here, String wanted) {
        Kernel kernel = new Kernel(
                "stock",
                "7.2.13+deb14-cloud-amd64",
                Path.of("vmlinuz"),
                Path.of("modules"),
                Path.of("headers"),
                wanted,
                new KernelConfig(Map.of()),
                new TreeMap<>());
        return new ModuleCompiler(
                        program -> here.containsKey(program) ? OptionalInt.of(here.get(program)) : OptionalInt.empty())
                .find(kernel, here::containsKey);
    }

    @Test
    void a_kernel_that_came_with_its_configuration_takes_its_own_compiler_or_a_newer_one() {
        assertThat(find(Map.of("gcc", 12), "gcc-12")).contains("gcc");
        assertThat(find(Map.of("gcc", 12), "gcc-10")).contains("gcc");
        assertThat(find(Map.of("gcc", 12, "gcc-10", 10), "gcc-10")).contains("gcc-10");
        assertThat(find(Map.of("gcc", 15, "gcc-16", 16), "gcc-16")).contains("gcc-16");
        assertThat(find(Map.of("gcc", 16, "gcc-16", 16), "gcc-16")).contains("gcc");
    }

    @Test
    void an_older_compiler_than_that_of_the_kernel_is_not_tried() {
        assertThat(find(Map.of("gcc", 12), "gcc-16")).isEmpty();
        assertThat(find(Map.of(), "gcc-12")).isEmpty();
        assertThat(find(Map.of(), "gcc")).isEmpty();
    }

    private static Map<String, String> gcc(String text, int version) {
        return Map.of(
                "CC_IS_GCC", "y", "CC_VERSION_TEXT", "\"" + text + "\"", "GCC_VERSION", Integer.toString(version));
    }

    @Test
    void the_default_compiler_is_taken_where_it_is_of_the_same_version() {
        assertThat(choose(Map.of("gcc", 12, "gcc-12", 12), gcc("gcc-12 (Debian 12.2.0-14) 12.2.0", 120_200)))
                .isEqualTo("gcc");
        assertThat(told).isEmpty();
    }

    @Test
    void another_program_is_taken_where_that_one_has_the_version() {
        assertThat(choose(Map.of("gcc", 12, "gcc-14", 14), gcc("gcc (Debian 14.2.0-19) 14.2.0", 140_200)))
                .isEqualTo("gcc-14");
        assertThat(choose(
                        Map.of("gcc", 12, "x86_64-linux-gnu-gcc-16", 16),
                        gcc("x86_64-linux-gnu-gcc-16 (Debian 16.1.0-1) 16.1.0", 160_100)))
                .isEqualTo("x86_64-linux-gnu-gcc-16");
        assertThat(told).isEmpty();
    }

    @Test
    void another_version_of_gcc_is_taken_and_told() {
        assertThat(choose(Map.of("gcc", 12), gcc("gcc (Debian 14.2.0-19) 14.2.0", 140_200)))
                .isEqualTo("gcc");
        assertThat(told)
                .containsExactly("a kernel was built with gcc (Debian 14.2.0-19) 14.2.0; its module is built with gcc"
                        + " 12, since gcc-14 is not here");
    }

    @Test
    void gcc_is_no_compiler_for_a_kernel_of_clang() {
        Map<String, String> clang = Map.of(
                "CC_IS_CLANG",
                "y",
                "CC_VERSION_TEXT",
                "\"Debian clang version 19.1.7 (3)\"",
                "CLANG_VERSION",
                "190107");
        assertThatThrownBy(() -> choose(Map.of("gcc", 12), clang))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("it was built with Debian clang version 19.1.7 (3)")
                .hasMessageContaining("install clang-19");
        assertThat(choose(Map.of("gcc", 12, "clang-19", 19, "clang", 14), clang))
                .isEqualTo("clang-19");
    }

    @Test
    void what_a_configuration_names_as_its_compiler_is_run_only_if_it_is_called_like_one() {
        assertThat(choose(Map.of("gcc", 12, "reboot", 14), gcc("reboot (gcc) 14.2.0", 140_200)))
                .isEqualTo("gcc");
    }
}
