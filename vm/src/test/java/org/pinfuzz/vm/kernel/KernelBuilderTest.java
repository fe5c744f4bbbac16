// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.VmException;

/** Real make, patch and gcc on a source of three files. */
final class KernelBuilderTest {
    @TempDir
    Path directory;

    private FakeSource fake;

    @BeforeEach
    void requireTools() throws IOException {
        for (String tool : List.of("make", "gcc", "patch", "setpriv")) {
            assumeTrue(HostCommand.available(tool), () -> tool + " is not on this machine; install it");
        }
        fake = new FakeSource(directory);
    }

    private static String image(Kernel kernel) throws IOException {
        return Files.readString(kernel.image());
    }

    @Test
    void a_built_kernel_is_stored_with_its_patches_and_found_again() throws Exception {
        fake.patchReturning("seven", "mm/gup.c", 1, 7);
        SourceKernel entry = fake.kernel("mine", "seven");

        Kernel built = fake.build(entry);

        assertThat(built.release()).isEqualTo("1.0-mine");
        assertThat(image(built)).contains("return 7;", "return 2;");
        assertThat(built.packageVersions())
                .containsEntry(FakeSource.PACKAGE, "1-1")
                .containsKey(KernelBuilder.BUILD);
        assertThat(built.config().enabled("MMU")).isTrue();
        assertThat(built.headersDir().resolve("Makefile")).isRegularFile();
        assertThat(fake.builder().find(entry)).contains(built);
    }

    @Test
    void what_is_built_is_not_built_again() throws Exception {
        SourceKernel entry = fake.kernel("mine");
        Kernel built = fake.build(entry);
        assertThat(fake.build(entry)).isEqualTo(built);
        assertThat(fake.said()).isEmpty();
    }

    @Test
    void steps_are_counted_while_it_builds() throws Exception {
        fake.build(fake.kernel("mine"));
        assertThat(fake.said()).contains("configuring the kernel mine-1.0", "building the kernel mine-1.0: 3");
    }

    @Test
    void a_variant_that_differs_by_patches_alone_compiles_what_they_change_and_no_more() throws Exception {
        fake.patchReturning("seven", "mm/gup.c", 1, 7);
        fake.patchReturning("nine", "mm/fork.c", 2, 9);
        fake.build(fake.kernel("mine", "seven"));

        Kernel variant = fake.build(fake.kernel("other", "seven", "nine"));

        assertThat(fake.compiled(fake.kernel("other"))).containsExactly("mm/fork.o");
        assertThat(image(variant)).contains("return 7;", "return 9;");
        assertThat(fake.trees()).hasSize(1);
    }

    @Test
    void a_tree_goes_back_to_the_source_for_a_variant_without_patches() throws Exception {
        fake.patchReturning("seven", "mm/gup.c", 1, 7);
        FakeSource.write(fake.kmod().resolve("own.c"), "int own;\n");
        fake.build(fake.kernel("mine", List.of("seven"), List.of("own.c")));

        Kernel plain = fake.build(fake.kernel("plain"));

        assertThat(image(plain)).contains("return 1;", "return 2;").doesNotContain("int own;");
    }

    @Test
    void sources_of_the_checkout_are_put_beside_those_of_the_kernel() throws Exception {
        FakeSource.write(fake.kmod().resolve("own.c"), "int own;\n");
        assertThat(image(fake.build(fake.kernel("mine", List.of(), List.of("own.c")))))
                .contains("int own;");
    }

    @Test
    void every_input_changes_the_digest() throws Exception {
        fake.patchReturning("seven", "mm/gup.c", 1, 7);
        fake.patchReturning("eight", "mm/gup.c", 1, 8);
        FakeSource.write(fake.kmod().resolve("own.c"), "int own;\n");
        SourceKernel entry = fake.kernel("mine", List.of("seven"), List.of("own.c"));
        KernelInputs before = KernelInputs.read(entry, fake.kmod(), "gcc 12");
        String key = before.key("1-1");

        assertThat(KernelInputs.read(entry, fake.kmod(), "gcc 12").key("1-1")).isEqualTo(key);
        assertThat(before.key("1-2")).isNotEqualTo(key);
        assertThat(KernelInputs.read(entry, fake.kmod(), "gcc 13").key("1-1")).isNotEqualTo(key);
        assertThat(KernelInputs.read(fake.kernel("mine", List.of("eight"), List.of("own.c")), fake.kmod(), "gcc 12")
                        .key("1-1"))
                .isNotEqualTo(key);
        assertThat(KernelInputs.read(fake.kernel("other", List.of("seven"), List.of("own.c")), fake.kmod(), "gcc 12")
                        .key("1-1"))
                .isNotEqualTo(key);
        FakeSource.write(fake.kmod().resolve("own.c"), "int own = 1;\n");
        String withOther = KernelInputs.read(entry, fake.kmod(), "gcc 12").key("1-1");
        assertThat(withOther).isNotEqualTo(key);
        FakeSource.write(fake.kmod().resolve("config/base.config"), "CONFIG_MMU=y\nCONFIG_NUMA=y\n");
        assertThat(KernelInputs.read(entry, fake.kmod(), "gcc 12").key("1-1"))
                .isNotEqualTo(key)
                .isNotEqualTo(withOther);
    }

    @Test
    void a_kernel_of_other_patches_than_the_present_ones_is_not_found() throws Exception {
        fake.patchReturning("seven", "mm/gup.c", 1, 7);
        SourceKernel entry = fake.kernel("mine", "seven");
        Kernel before = fake.build(entry);
        fake.patchReturning("seven", "mm/gup.c", 1, 8);
        assertThat(fake.builder().find(entry)).isEmpty();
        assertThat(image(fake.build(entry))).contains("return 8;");
        fake.patchReturning("seven", "mm/gup.c", 1, 7);
        assertThat(fake.builder().find(entry)).contains(before);
    }

    @Test
    void a_patch_that_does_not_apply_is_named_with_its_hunk_and_leaves_the_tree_as_it_was() throws Exception {
        fake.patchReturning("seven", "mm/gup.c", 1, 7);
        fake.patchReturning("stale", "mm/fork.c", 5, 6);
        SourceKernel good = fake.kernel("mine", "seven");
        fake.build(good);
        String state = Files.readString(fake.trees().get(0).resolve("state.json"));

        assertThatThrownBy(() -> fake.build(fake.kernel("bad", "seven", "stale")))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("applying the patch " + fake.kmod().resolve("patches/1.0/stale.patch")
                        + " failed; the source is as it was:\n  mm/fork.c: Hunk #1 FAILED at 3.");

        assertThat(fake.trees().get(0).resolve("state.json")).hasContent(state);
        assertThat(fake.trees().get(0).resolve("tree/mm/gup.c")).content().contains("return 7;");
        assertThat(fake.stored("bad-1.0")).isEmpty();
    }

    @Test
    void a_patch_of_a_file_that_is_not_there_and_one_that_leaves_the_tree_are_refused() throws Exception {
        fake.patchReturning("lost", "mm/lost.c", 1, 7);
        fake.patchReturning("escape", "../../escape.c", 1, 7);
        assertThatThrownBy(() -> fake.build(fake.kernel("mine", "lost")))
                .hasMessageContaining("a file that it patches is not in this source");
        assertThatThrownBy(() -> fake.build(fake.kernel("mine", "escape")))
                .hasMessageContaining("line 2 names ../../escape.c, which is outside of the source");
    }

    @Test
    void options_that_are_not_taken_are_all_told_with_what_they_depend_on() throws Exception {
        FakeSource.write(
                fake.kmod().resolve("config/base.config"), "CONFIG_MMU=y\nCONFIG_NOT_HERE=y\nCONFIG_NOT_HERE_NOR=m\n");
        assertThatThrownBy(() -> fake.build(fake.kernel("mine")))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("configuring the kernel mine-1.0 failed: the source does not take\n"
                        + "  CONFIG_NOT_HERE=y: it is not set; it depends on (A && B)\n"
                        + "  CONFIG_NOT_HERE_NOR=m: this source has no such option\n");
    }

    @Test
    void what_the_checkout_lacks_is_told_at_once() throws IOException {
        FakeSource.write(fake.kmod().resolve("config/base.config"), "CONFIG_MMU\n");
        SourceKernel entry = fake.kernel("mine", List.of("absent"), List.of("lost.c"));
        assertThatThrownBy(() -> KernelInputs.read(entry, fake.kmod(), "gcc 12"))
                .hasMessageContaining("the patch absent is not there: ")
                .hasMessageContaining("the source lost.c is not there: ")
                .hasMessageContaining("base.config:1 is neither CONFIG_X=… nor a comment: CONFIG_MMU");
    }

    @Test
    void a_file_that_does_not_compile_is_named_and_the_tree_can_be_used_on() throws Exception {
        fake.patch("broken", "mm/gup.c", "\treturn 1;", "\treturn nothing;");
        fake.patchReturning("nine", "mm/fork.c", 2, 9);
        fake.build(fake.kernel("mine"));

        assertThatThrownBy(() -> fake.build(fake.kernel("bad", "broken")))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("building the kernel bad-1.0 failed in mm/gup.c:\n  mm/gup.c:3:16: error: ")
                .hasMessageEndingWith("the whole log is in " + fake.log(fake.kernel("bad")));

        assertThat(image(fake.build(fake.kernel("good", "nine")))).contains("return 1;", "return 9;");
        assertThat(fake.trees()).hasSize(1);
    }

    @Test
    void a_tree_in_which_somebody_died_is_begun_anew() throws Exception {
        fake.build(fake.kernel("mine"));
        Path tree = fake.trees().get(0);
        Path state = tree.resolve("state.json");
        Files.writeString(state, Files.readString(state).replace("at rest", "at work"));
        Files.delete(tree.resolve("tree/mm/gup.c"));
        Files.writeString(tree.resolve("tree/mm/fork.o"), "half an object");
        fake.patchReturning("nine", "mm/fork.c", 2, 9);

        Kernel built = fake.build(fake.kernel("other", "nine"));

        assertThat(image(built)).contains("return 1;", "return 9;");
        assertThat(fake.compiled(fake.kernel("other"))).containsExactly("mm/gup.o", "mm/fork.o");
    }

    @Test
    void what_somebody_who_died_did_not_delete_goes_with_the_next_build() throws Exception {
        fake.build(fake.kernel("mine"));
        Path tree = fake.trees().get(0);
        Path aside = tree.resolveSibling(".discarded-" + tree.getFileName());
        Files.move(tree, aside);
        fake.build(fake.kernel("other"));
        assertThat(aside).doesNotExist();
        assertThat(fake.trees()).containsExactly(tree);
    }

    @Test
    void a_tree_whose_state_is_garbage_is_begun_anew() throws Exception {
        fake.build(fake.kernel("mine"));
        Files.writeString(fake.trees().get(0).resolve("state.json"), "{\"state\": \"at re");
        fake.build(fake.kernel("other"));
        assertThat(fake.compiled(fake.kernel("other"))).hasSize(2);
    }

    @Test
    void the_source_that_trees_are_linked_to_stays_as_it_was() throws Exception {
        fake.patchReturning("seven", "mm/gup.c", 1, 7);
        fake.build(fake.kernel("mine", "seven"));
        Path source = fake.cache().resolve("kernel-sources").resolve(FakeSource.PACKAGE + "_1-1");
        assertThat(source.resolve("mm/gup.c")).content().contains("return 1;");
        try (Stream<Path> files = Files.walk(source)) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(4);
        }
    }

    @Test
    void a_full_disk_is_one_error_and_nothing_of_the_build_stays() throws Exception {
        assumeTrue(Files.isWritable(Path.of("/dev/full")), "this machine has no /dev/full");
        fake.patch("full", "Makefile", "image := arch/x86/boot/bzImage", "image := /dev/full");
        SourceKernel entry = fake.kernel("mine", "full");

        assertThatThrownBy(() -> fake.build(entry))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("building the kernel mine-1.0 failed: the disk is full (");

        assertThat(fake.trees()).isEmpty();
        assertThat(fake.stored("mine-1.0")).isEmpty();
        assertThat(image(fake.build(fake.kernel("mine")))).contains("return 1;");
    }

    @Test
    void trees_and_sources_of_older_versions_go_when_a_newer_is_built() throws Exception {
        fake.build(fake.kernel("mine"));
        fake.addVersion("1-10");
        fake.addVersion("1-9");

        Kernel built = fake.build(fake.kernel("mine"));

        assertThat(built.packageVersions()).containsEntry(FakeSource.PACKAGE, "1-10");
        assertThat(fake.trees()).hasSize(1).first().asString().contains("1-10");
        try (Stream<Path> sources = Files.list(fake.cache().resolve("kernel-sources"))) {
            assertThat(sources.map(source -> source.getFileName().toString()))
                    .containsExactly(FakeSource.PACKAGE + "_1-10");
        }
    }

    @Test
    void a_compiler_that_is_too_old_is_told_with_what_the_source_asks_for() throws IOException {
        Path script = directory.resolve("tree/scripts/min-tool-version.sh");
        FakeSource.write(script, "[ \"$1\" = gcc ] && echo 8.1.0\n");
        assertThatThrownBy(() -> BuildTools.requireCompiler("5.4.0", directory.resolve("tree")))
                .isInstanceOf(VmException.class)
                .hasMessage("building a kernel from tree failed: gcc is 5.4.0, and this source needs 8.1.0 or newer;"
                        + " install a newer gcc");
    }

    @Test
    void a_compiler_that_does_not_tell_its_version_is_not_taken_for_one() throws IOException {
        Path script = directory.resolve("tree/scripts/min-tool-version.sh");
        FakeSource.write(script, "[ \"$1\" = gcc ] && echo 8.1.0\n");
        assertThatThrownBy(() -> BuildTools.requireCompiler("", directory.resolve("tree")))
                .hasMessageContaining("gcc is of a version that it does not tell, and this source needs 8.1.0");
    }

    @Test
    void a_compiler_that_is_new_enough_is_fine() throws Exception {
        Path script = directory.resolve("tree/scripts/min-tool-version.sh");
        FakeSource.write(script, "[ \"$1\" = gcc ] && echo 8.1.0\n");
        BuildTools.requireCompiler("8.1.0", directory.resolve("tree"));
        BuildTools.requireCompiler("12.2.0", directory.resolve("tree"));
    }
}
