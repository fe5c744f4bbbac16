// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelFeature;
import org.pinfuzz.vm.kernel.KernelFeatures;
import org.pinfuzz.vm.kernel.KernelTree;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that say which kernel guests run: one of the catalogue, a tree, or an image with headers. */
public final class KernelChoice {
    static final String DEFAULT_KERNEL = "debian-6.12";

    @ArgGroup(exclusive = true, multiplicity = "0..1")
    private Chosen chosen = new Chosen();

    /** One of these. */
    static final class Chosen {
        @Option(
                names = "--kernel",
                paramLabel = "NAME",
                description =
                        "Kernel of the catalogue, see `pinfuzz kernels`; fetched or built if it is not here. Default: that of the finding, else "
                                + DEFAULT_KERNEL + ".")
        private Optional<String> name = Optional.empty();

        @Option(
                names = "--kernel-tree",
                paramLabel = "DIR",
                description = "A kernel of your own: a built tree, or the directory that it was built into with O=."
                        + " `pinfuzz kernels features --kernel-tree DIR` says what it has.")
        private Optional<Path> tree = Optional.empty();

        @ArgGroup(exclusive = false)
        private KernelFiles files = new KernelFiles();
    }

    private boolean made() {
        return chosen.name.isPresent()
                || chosen.tree.isPresent()
                || chosen.files.given().isPresent();
    }

    /** Takes over what a finding was recorded with, if the command line does not choose another kernel. */
    void recorded(List<String> options) {
        if (made()) {
            return;
        }
        for (int i = 0; i + 1 < options.size(); i++) {
            String value = options.get(i + 1);
            switch (options.get(i)) {
                case "--kernel" -> chosen.name = Optional.of(value);
                case "--kernel-tree" -> chosen.tree = Optional.of(Path.of(value));
                case "--kernel-image", "--kernel-headers", "--kernel-modules" ->
                    chosen.files.set(options.get(i), Path.of(value));
                default -> {}
            }
        }
    }

    /** The options that choose the same kernel again, from any directory. */
    List<String> toRecord() {
        if (chosen.tree.isPresent()) {
            return List.of("--kernel-tree", absolute(chosen.tree.get()));
        }
        Optional<KernelFiles.Given> files = chosen.files.given();
        if (files.isPresent()) {
            List<String> options = new ArrayList<>(List.of(
                    "--kernel-image", absolute(files.get().image()),
                    "--kernel-headers", absolute(files.get().headers())));
            files.get().modules().ifPresent(modules -> options.addAll(List.of("--kernel-modules", absolute(modules))));
            return options;
        }
        return List.of("--kernel", name());
    }

    private static String absolute(Path path) {
        return path.toAbsolutePath().normalize().toString();
    }

    private String name() {
        return chosen.name.orElse(DEFAULT_KERNEL);
    }

    /**
     * The kernel; one of the catalogue is fetched if it is not here. What a kernel of the user's lacks is told.
     *
     * @param tools what its module is to be built with
     * @param withModule whether pinfuzz.ko is to be loaded
     * @throws org.pinfuzz.vm.VmException when there is no such kernel, or no guest can work in it
     */
    Kernel find(Installation installation, Toolbox tools, boolean withModule, ProgressListener progress) {
        KernelTree trees = new KernelTree(installation.cache(), tools, progress);
        Optional<Kernel> own = chosen.tree
                .map(trees::built)
                .or(() -> chosen.files
                        .given()
                        .map(files -> trees.ofFiles(files.image(), files.headers(), files.modules())));
        own.ifPresent(kernel -> check(kernel, withModule, progress));
        return own.orElseGet(() -> ofCatalogue(installation, progress));
    }

    /**
     * What tools must see of a kernel of the user's; kernels of the catalogue are in the cache.
     *
     * @throws org.pinfuzz.vm.VmException when it is no kernel
     */
    List<Path> directories(Installation installation) {
        // Which compilers there are is not asked for.
        KernelTree trees = new KernelTree(installation.cache(), new HostTools(), ProgressListener.SILENT);
        return chosen.tree
                .map(trees::directories)
                .or(() -> chosen.files
                        .given()
                        .map(files -> trees.directories(files.image(), files.headers(), files.modules())))
                .orElse(List.of());
    }

    private Kernel ofCatalogue(Installation installation, ProgressListener progress) {
        try (PreparationProgress shown = PreparationProgress.of(progress)) {
            return GuestSession.store(installation, shown).fetch(name());
        }
    }

    private void check(Kernel kernel, boolean withModule, ProgressListener progress) {
        KernelVersion version = KernelVersion.parse(kernel.release());
        KernelFeatures.requireGuest(kernel.release(), version, kernel.config(), withModule);
        String lost = KernelFeatures.missing(
                        version, kernel.config(), Set.of(KernelFeature.Need.FACILITY, KernelFeature.Need.ASSERTION))
                .stream()
                .map(KernelFeature::name)
                .collect(Collectors.joining(", "));
        if (!lost.isEmpty()) {
            progress.progress(kernel.release() + " is configured without " + lost + "; `pinfuzz kernels features "
                    + String.join(" ", toRecord()) + "` says what they would enable");
        }
    }
}
