// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;

final class KernelTreeTest {
    private final Path directory;
    private final Path cache;
    private final KernelTree trees;

    KernelTreeTest(@TempDir Path directory, @TempDir Path cache) {
        this.directory = directory;
        this.cache = cache;
        this.trees = new KernelTree(
                cache,
                new ModuleCompiler(program -> program.equals("gcc") ? OptionalInt.of(12) : OptionalInt.empty()),
                ProgressListener.SILENT);
    }

    private FakeTree tree() {
        return FakeTree.sources(directory);
    }

    /** One line that names the tree and says what to do. */
    private AbstractThrowableAssert<?, ? extends Throwable> assertRefused(FakeTree tree) {
        return assertThatThrownBy(() -> trees.built(tree.root()))
                .isInstanceOf(VmException.class)
                .hasMessageMatching("reading the kernel tree [^\\n]+ failed: [^\\n]+")
                .hasMessageContaining(directory.toString());
    }

    @Test
    void a_built_tree_is_a_kernel_with_everything_in_it() {
        Kernel kernel = trees.built(tree().configured().built().root());
        assertThat(kernel.release()).isEqualTo(FakeTree.RELEASE);
        assertThat(kernel.name()).isEqualTo(directory.toString());
        assertThat(kernel.image()).startsWith(cache).hasSameBinaryContentAs(directory.resolve("arch/x86/boot/bzImage"));
        assertThat(kernel.headersDir()).isEqualTo(directory);
        assertThat(kernel.modulesDir()).isEqualTo(directory);
        assertThat(kernel.compiler()).isEqualTo("gcc");
        assertThat(kernel.config().enabled("VIRTIO_PCI")).isTrue();
    }

    @Test
    void a_directory_that_was_built_into_is_a_tree_too() throws IOException {
        Path sources = Files.createDirectory(directory.resolve("sources"));
        Path output = Files.createDirectory(directory.resolve("output"));
        FakeTree.sources(sources);
        Kernel kernel = trees.built(FakeTree.output(output, sources).built().root());
        assertThat(kernel.headersDir()).isEqualTo(output);
    }

    @Test
    void a_tree_that_was_built_again_is_another_kernel() {
        FakeTree tree = tree().configured().built();
        Kernel before = trees.built(tree.root());
        assertThat(trees.built(tree.root()).packageVersions()).isEqualTo(before.packageVersions());
        Kernel after = trees.built(tree.image(FakeTree.RELEASE, 3).root());
        assertThat(after.packageVersions()).isNotEqualTo(before.packageVersions());
        Kernel exporting = trees.built(tree.file("Module.symvers", "").root());
        assertThat(exporting.packageVersions()).isNotEqualTo(after.packageVersions());
    }

    @Test
    void guests_keep_their_image_while_the_tree_is_built_again() throws IOException {
        FakeTree tree = tree().configured().built();
        Kernel before = trees.built(tree.root());
        byte[] image = Files.readAllBytes(before.image());
        trees.built(tree.image(FakeTree.RELEASE, 3).root());
        assertThat(before.image()).hasBinaryContent(image);
    }

    @Test
    void only_the_latest_images_are_kept() throws IOException {
        FakeTree tree = tree().configured().built();
        for (int build = 0; build < 12; build++) {
            trees.built(tree.image(FakeTree.RELEASE, 1 + 2 * build).root());
        }
        try (Stream<Path> kept = Files.list(cache.resolve("trees"))) {
            assertThat(kept.filter(Files::isDirectory)).hasSize(8);
        }
    }

    @Test
    void a_directory_that_is_not_there_is_refused() {
        assertThatThrownBy(() -> trees.built(directory.resolve("nothing")))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("there is no such directory");
    }

    @Test
    void a_directory_that_is_no_tree_is_refused() throws IOException {
        assertRefused(tree().without("Kconfig")).hasMessageContaining("it is no kernel tree");
    }

    @Test
    void a_tree_without_a_configuration_is_told_to_be_configured() {
        assertRefused(tree()).hasMessageContaining(".config").hasMessageContaining("defconfig");
    }

    @Test
    void a_tree_that_is_only_configured_is_told_to_be_built() {
        assertRefused(tree().configured())
                .hasMessageContaining("include/config/kernel.release")
                .hasMessageContaining("run make -C " + directory + " -j$(nproc) bzImage modules");
    }

    @Test
    void a_tree_that_is_only_prepared_for_modules_is_told_so() {
        assertRefused(tree().configured().prepared())
                .hasMessageContaining("modules_prepare")
                .hasMessageContaining("there is no arch/x86/boot/bzImage");
    }

    @Test
    void a_tree_whose_modules_are_not_built_is_told_so() throws IOException {
        assertRefused(tree().configured().built().without("Module.symvers"))
                .hasMessageContaining("there is no Module.symvers");
    }

    @Test
    void a_tree_whose_configuration_changed_since_is_told_which_options() {
        assertRefused(tree().configured().built().configured("KSM=y", "CMA=y"))
                .hasMessageContaining("(CMA, KSM)")
                .hasMessageContaining("run make");
    }

    @Test
    void a_tree_with_the_image_of_another_release_is_refused() {
        assertRefused(tree().configured().built().image("6.11.9-old", 1))
                .hasMessageContaining("6.11.9-old")
                .hasMessageContaining(FakeTree.RELEASE);
    }

    @Test
    void a_tree_for_another_architecture_is_refused_by_its_name() throws IOException {
        FakeTree tree = tree();
        tree.configuredFor("arm64");
        Path config = tree.root().resolve(".config");
        Files.writeString(config, Files.readString(config).replace("CONFIG_X86_64=y\n", ""));
        assertRefused(tree).hasMessageContaining("configured for arm64");
    }

    @Test
    void an_image_of_32_bits_is_refused() {
        assertRefused(tree().configured().built().image(FakeTree.RELEASE, 0)).hasMessageContaining("32 bits");
    }

    @Test
    void an_image_that_is_none_is_refused() {
        FakeTree tree = tree().configured().built().file("arch/x86/boot/bzImage", "\177ELF");
        assertThatThrownBy(() -> trees.built(tree.root()))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("it is no bzImage of x86");
    }

    @Test
    void a_tree_need_not_be_built_to_say_what_it_is_configured_for() {
        KernelTree.Configured configured =
                trees.configured(tree().configured("KSM=y").root());
        assertThat(configured.version().toString()).isEqualTo("6.12");
        assertThat(configured.config().enabled("KSM")).isTrue();
    }

    @Test
    void an_image_with_headers_is_a_kernel() {
        FakeTree tree = tree().configured().built();
        Path image = tree.root().resolve("arch/x86/boot/bzImage");
        Kernel kernel = trees.ofFiles(image, tree.root(), Optional.empty());
        assertThat(kernel.image()).hasSameBinaryContentAs(image);
        assertThat(kernel.release()).isEqualTo(FakeTree.RELEASE);
    }

    @Test
    void headers_of_another_release_are_refused() {
        FakeTree tree = tree().configured().built().image("6.12.2-other", 1);
        assertThatThrownBy(() ->
                        trees.ofFiles(tree.root().resolve("arch/x86/boot/bzImage"), tree.root(), Optional.empty()))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("6.12.2-other")
                .hasMessageContaining(FakeTree.RELEASE);
    }

    @Test
    void what_is_no_headers_is_refused() throws IOException {
        FakeTree tree = tree().configured().built();
        Path image = tree.root().resolve("arch/x86/boot/bzImage");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        assertThatThrownBy(() -> trees.ofFiles(image, empty, Optional.empty()))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("reading the kernel headers " + empty)
                .hasMessageContaining("there is no Makefile");
        assertThatThrownBy(() -> trees.ofFiles(image, tree.root(), Optional.of(empty)))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("reading the kernel modules " + empty);
    }

    @Test
    void drivers_of_the_port_that_are_modules_must_be_given() throws IOException {
        FakeTree tree = tree().configured().built();
        Path config = tree.root().resolve(".config");
        Files.writeString(
                config, Files.readString(config).replace("CONFIG_VIRTIO_CONSOLE=y", "CONFIG_VIRTIO_CONSOLE=m"));
        Path image = tree.root().resolve("arch/x86/boot/bzImage");
        assertThatThrownBy(() -> trees.ofFiles(image, tree.root(), Optional.empty()))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("VIRTIO_CONSOLE")
                .hasMessageContaining("--kernel-modules");
    }
}
