// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.pinfuzz.vm.ProgressListener;

/**
 * A source "of a kernel" of three files that builds in a second with the targets and the output of the real one, in a
 * checkout and a cache of its own. Its image is the text of what was linked, so that a test can read what it is made of.
 */
final class FakeSource {
    static final String PACKAGE = "linux-source-1.0";

    private static final String MAKEFILE = """
            # SPDX-License-Identifier: GPL-2.0
            objects := mm/gup.o mm/fork.o $(if $(wildcard mm/pinfuzz/own.c),mm/pinfuzz/own.o)
            image := arch/x86/boot/bzImage

            bzImage: $(image)
            modules:
            \t@mkdir -p include/config && echo 1.0$(LOCALVERSION) > include/config/kernel.release
            $(image): $(objects)
            \t@echo '  LD      $@'
            \t@mkdir -p $(@D) && cat $(objects:.o=.c) > $@
            %.o: %.c .config
            \t@echo '  CC      $@'
            \t@$(CC) -c -o $@ $<
            allnoconfig:
            \t@grep -v NOT_HERE $(KCONFIG_ALLCONFIG) > $(KCONFIG_CONFIG)
            modules_install:
            \t@mkdir -p $(INSTALL_MOD_PATH)/lib/modules/1.0$(LOCALVERSION)
            """;

    private final Path home;
    private final Path cache;
    private final List<String> said = new ArrayList<>();

    FakeSource(Path directory) throws IOException {
        home = directory.resolve("checkout");
        cache = directory.resolve("cache");
        addVersion("1-1");
        write(home.resolve("kmod/config/base.config"), "# a comment\nCONFIG_MMU=y\n");
    }

    /** Another version of the package, as if it were fetched. */
    void addVersion(String version) throws IOException {
        Path tree = cache.resolve("kernel-sources").resolve(PACKAGE + "_" + version);
        write(tree.resolve("Makefile"), MAKEFILE);
        write(tree.resolve("mm/gup.c"), "int gup(void)\n{\n\treturn 1;\n}\n");
        write(tree.resolve("mm/fork.c"), "int fork_mm(void)\n{\n\treturn 2;\n}\n");
        write(
                tree.resolve("mm/Kconfig"),
                "config NOT_HERE_EITHER\n\tbool\n\nconfig NOT_HERE\n\tbool \"x\"\n\tdepends on A && B\n");
    }

    static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** A patch of the checkout that changes one line of a file of the source. */
    void patch(String name, String file, String from, String to) throws IOException {
        write(kmod().resolve("patches/1.0/" + name + ".patch"), """
                SPDX-License-Identifier: GPL-2.0
                --- a/%1$s
                +++ b/%1$s
                @@ -3 +3 @@
                -%2$s
                +%3$s
                """.formatted(file, from, to));
    }

    /** What the patch that returns another number from a function looks like most of the time. */
    void patchReturning(String name, String file, int from, int to) throws IOException {
        patch(name, file, "\treturn " + from + ";", "\treturn " + to + ";");
    }

    SourceKernel kernel(String variant, List<String> patches, List<String> sources) {
        return new SourceKernel(
                variant + "-1.0",
                "a kernel of a test",
                PACKAGE,
                List.of(new Suite(Suite.Archive.DEBIAN, "sid")),
                patches,
                List.of("base"),
                sources);
    }

    SourceKernel kernel(String variant, String... patches) {
        return kernel(variant, List.of(patches), List.of());
    }

    KernelBuilder builder() {
        return new KernelBuilder(kmod(), cache, new ProgressListener() {
            @Override
            public void progress(String line) {
                said.add(line);
            }

            @Override
            public void steps(String job, long done, OptionalLong expected) {
                said.add(job + ": " + done);
            }
        });
    }

    /** The kernel, built from the newest version that is here. */
    Kernel build(SourceKernel kernel) throws IOException, InterruptedException {
        said.clear();
        KernelBuilder builder = builder();
        return builder.build(kernel, builder.sourceHere(kernel).orElseThrow());
    }

    Path kmod() {
        return home.resolve("kmod");
    }

    Path cache() {
        return cache;
    }

    /** Files that the last build compiled. */
    List<String> compiled(SourceKernel kernel) throws IOException {
        return Files.readAllLines(log(kernel)).stream()
                .filter(line -> line.startsWith("  CC "))
                .map(line -> line.substring("  CC".length()).strip())
                .toList();
    }

    Path log(SourceKernel kernel) {
        return cache.resolve("logs").resolve("kernel-" + kernel.name() + ".log");
    }

    /** The build trees, one for each list of configurations and version. */
    List<Path> trees() throws IOException {
        try (Stream<Path> entries = Files.list(cache.resolve("kernel-builds"))) {
            return entries.filter(Files::isDirectory).sorted().toList();
        }
    }

    /** What is stored of a kernel, whole or not; locks are not counted. */
    List<Path> stored(String name) throws IOException {
        try (Stream<Path> entries = Files.list(cache.resolve("kernels").resolve(name))) {
            return entries.filter(entry -> !entry.toString().endsWith(".lock")).toList();
        }
    }

    List<String> said() {
        return said;
    }
}
