// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.DirectoryLock;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;

/**
 * Builds kernels from source with this machine's compiler. A built kernel is in the cache under a digest of all that
 * went into it; the tree in which it was built stays for the next one that differs by patches alone.
 */
final class KernelBuilder {
    /** Under this name a kernel's packages hold the digest of what it was built from. */
    static final String BUILD = "pinfuzz-build";

    private static final Duration QUERY_LIMIT = Duration.ofMinutes(1);
    private static final String COMPILER = "gcc";
    /**
     * Steps of a whole build with the configuration of the pin-… kernels, counted once: an estimate until one was
     * counted on this machine.
     */
    private static final Map<String, Long> COUNTED_STEPS = Map.of("6.12", 1786L, "7.2", 1875L);

    /** What a build of a module reads of a kernel's tree. */
    private static final List<String> EXPORTED = List.of(
            ".config",
            "Makefile",
            "Kbuild",
            "Module.symvers",
            "System.map",
            "arch/x86/Makefile",
            "arch/x86/Makefile.um",
            "arch/x86/Makefile_32.cpu",
            "arch/x86/Makefile.cpu",
            "arch/x86/Makefile.postlink",
            "arch/x86/include",
            "arch/x86/tools",
            "include",
            "scripts",
            "tools/objtool/objtool");

    private final Path kmod;
    private final Path kernels;
    private final Path trees;
    private final Path logs;
    private final SourcePackages sources;
    private final ProgressListener progress;

    KernelBuilder(Path kmod, Path cache, ProgressListener progress) {
        this.kmod = kmod;
        this.kernels = cache.resolve("kernels");
        this.trees = cache.resolve("kernel-builds");
        this.logs = cache.resolve("logs");
        this.sources = new SourcePackages(cache, progress);
        this.progress = progress;
    }

    /** The newest kernel in the cache that was built from just what this checkout has now. */
    Optional<Kernel> find(SourceKernel kernel) throws IOException, InterruptedException {
        if (!Files.isDirectory(kernels.resolve(kernel.name())) || !HostCommand.available(COMPILER)) {
            return Optional.empty();
        }
        KernelInputs inputs = KernelInputs.read(kernel, kmod, compiler());
        List<Kernel> current = new ArrayList<>();
        for (Path stored : StoredKernel.listed(kernels.resolve(kernel.name()))) {
            Kernel candidate = StoredKernel.read(stored);
            String version = candidate.packageVersions().getOrDefault(kernel.sourcePackage(), "");
            if (inputs.key(version).equals(candidate.packageVersions().get(BUILD))) {
                current.add(candidate);
            }
        }
        return current.stream()
                .max(Comparator.comparing(
                        candidate -> candidate.packageVersions().get(kernel.sourcePackage()), ReleaseOrder.INSTANCE));
    }

    /** The newest source that the suites of a kernel have. */
    KernelSource newestSource(SourceKernel kernel, Mirrors mirrors) throws IOException, InterruptedException {
        return sources.fetchNewest(kernel, mirrors);
    }

    /** The newest source that is unpacked on this machine. */
    Optional<KernelSource> sourceHere(SourceKernel kernel) throws IOException {
        return sources.newestHere(kernel.sourcePackage());
    }

    /**
     * The kernel, built from this source unless it is in the cache.
     *
     * @throws VmException when a patch does not apply, an option is not taken, or a file does not compile
     */
    Kernel build(SourceKernel kernel, KernelSource source) throws IOException, InterruptedException {
        KernelInputs inputs = KernelInputs.read(kernel, kmod, compiler());
        String key = inputs.key(source.packageVersion());
        Path target = kernels.resolve(kernel.name()).resolve(source.packageVersion() + "-" + key);
        CachedDirectory.obtain(target, partial -> {
            String treeName = source.directory().getFileName() + "-" + inputs.treeKey(source.packageVersion());
            Files.createDirectories(trees);
            try (DirectoryLock lock = DirectoryLock.acquire(trees, treeName)) {
                lock.requireHeld();
                buildLocked(kernel, source, inputs, trees.resolve(treeName), partial);
            }
            SortedMap<String, String> packages = new TreeMap<>();
            packages.put(source.packageName(), source.packageVersion());
            packages.put(BUILD, key);
            StoredKernel.write(partial, kernel.name(), release(partial), packages);
        });
        removeOlder(source);
        return StoredKernel.read(target);
    }

    private void buildLocked(
            SourceKernel kernel, KernelSource source, KernelInputs inputs, Path directory, Path partial)
            throws IOException, InterruptedException {
        BuildTools.requireCompiler(compilerVersion(), source.directory());
        Path scratch = Files.createDirectory(partial.resolve(".patched"));
        PatchedFiles patched = PatchedFiles.make(source.directory(), inputs, scratch);
        BuildTree tree = BuildTree.open(directory, source.directory());
        tree.arrange(patched);
        CachedDirectory.deleteTree(scratch);
        KernelMake make = new KernelMake(tree, logs.resolve("kernel-" + kernel.name() + ".log"));
        configure(kernel, inputs, tree, make);
        make(kernel, inputs, tree, make, directory);
        // Still at work: what is taken out of the tree must be of this kernel.
        export(tree, partial);
        tree.rest(true);
    }

    /** Configures afresh, and leaves the configuration's file alone when it would be the same. */
    private void configure(SourceKernel kernel, KernelInputs inputs, BuildTree tree, KernelMake make)
            throws IOException, InterruptedException {
        String doing = "configuring the kernel " + kernel.name();
        Path wanted = tree.root().resolve(".pinfuzz.config");
        Path made = tree.root().resolve(".config.new");
        progress.progress(doing);
        Files.writeString(wanted, inputs.configText());
        make.run(
                doing,
                List.of(
                        "-s",
                        "KCONFIG_ALLCONFIG=" + wanted.getFileName(),
                        "KCONFIG_CONFIG=" + made.getFileName(),
                        "CC=" + COMPILER,
                        "allnoconfig"),
                done -> {});
        List<String> refused = ConfigCheck.refused(tree.root(), inputs.options(), made);
        if (!refused.isEmpty()) {
            tree.rest(false);
            throw new VmException(doing + " failed: the source does not take\n  " + String.join("\n  ", refused)
                    + "\nmend kmod/config, or which of its files vm/kernels/" + kernel.name() + ".json names");
        }
        Path config = tree.root().resolve(".config");
        if (!Files.isRegularFile(config) || Files.mismatch(config, made) >= 0) {
            Files.move(made, config, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.deleteIfExists(made);
    }

    private void make(SourceKernel kernel, KernelInputs inputs, BuildTree tree, KernelMake make, Path directory)
            throws IOException, InterruptedException {
        String doing = "building the kernel " + kernel.name();
        Path counted = stepsCounted(directory);
        boolean whole = !tree.built();
        OptionalLong expected = whole ? expectedSteps(kernel, counted) : OptionalLong.empty();
        progress.progress(doing + (whole ? "" : ", what differs from the one built before in the same tree"));
        long[] steps = {0};
        make.run(
                doing,
                List.of(
                        "-j" + Runtime.getRuntime().availableProcessors(),
                        "CC=" + COMPILER,
                        "LOCALVERSION=" + inputs.localVersion(),
                        "bzImage",
                        "modules"),
                done -> {
                    steps[0] = done;
                    progress.steps(doing, done, expected);
                });
        if (whole) {
            Files.writeString(counted, Long.toString(steps[0]));
        }
        make.run(
                "installing the modules of the kernel " + kernel.name(),
                List.of(
                        "-s",
                        "CC=" + COMPILER,
                        "LOCALVERSION=" + inputs.localVersion(),
                        "INSTALL_MOD_PATH=" + tree.root().resolve(".installed"),
                        "INSTALL_MOD_STRIP=1",
                        "DEPMOD=true",
                        "modules_install"),
                done -> {});
    }

    private static OptionalLong expectedSteps(SourceKernel kernel, Path counted) throws IOException {
        if (Files.isRegularFile(counted)) {
            return OptionalLong.of(Long.parseLong(Files.readString(counted).strip()));
        }
        Long steps = COUNTED_STEPS.get(kernel.version());
        return steps == null ? OptionalLong.empty() : OptionalLong.of(steps);
    }

    private static void export(BuildTree tree, Path partial) throws IOException {
        String release = Files.readString(tree.root().resolve("include/config/kernel.release"))
                .strip();
        Path image = StoredKernel.image(partial, release);
        Files.createDirectories(image.getParent());
        Files.copy(tree.root().resolve("arch/x86/boot/bzImage"), image);
        Path installed = tree.root().resolve(".installed/lib/modules").resolve(release);
        Files.deleteIfExists(installed.resolve("build"));
        Files.deleteIfExists(installed.resolve("source"));
        Path modules = StoredKernel.modules(partial, release);
        Files.createDirectories(modules.getParent());
        Files.move(installed, modules);
        CachedDirectory.deleteTree(tree.root().resolve(".installed"));
        Path headers = StoredKernel.headers(partial, release);
        for (String part : EXPORTED) {
            if (Files.exists(tree.root().resolve(part))) {
                tree.export(Path.of(part), headers);
            }
        }
    }

    private static String release(Path stored) throws IOException {
        try (Stream<Path> releases = Files.list(stored.resolve("lib/modules"))) {
            return releases.findFirst().orElseThrow().getFileName().toString();
        }
    }

    /** Trees and sources that a newer version of the package took the place of; not a tree in which somebody builds. */
    private void removeOlder(KernelSource source) throws IOException {
        List<Path> older;
        try (Stream<Path> entries = Files.list(trees)) {
            older = entries.filter(Files::isDirectory)
                    .filter(tree -> isOlder(tree.getFileName().toString(), source))
                    .toList();
        }
        boolean unused = true;
        for (Path tree : older) {
            Optional<DirectoryLock> lock =
                    DirectoryLock.tryAcquire(trees, tree.getFileName().toString());
            unused &= lock.isPresent();
            if (lock.isPresent()) {
                try (DirectoryLock held = lock.get()) {
                    held.requireHeld();
                    CachedDirectory.deleteTree(tree);
                    Files.deleteIfExists(stepsCounted(tree));
                }
            }
        }
        if (unused) {
            sources.removeOlder(source);
        }
    }

    /** Names of trees are those of their sources with a key behind them. */
    private static boolean isOlder(String treeName, KernelSource source) {
        int key = treeName.lastIndexOf('-');
        String prefix = source.packageName() + "_";
        return key > 0
                && treeName.startsWith(prefix)
                && ReleaseOrder.INSTANCE.compare(treeName.substring(prefix.length(), key), source.packageVersion()) < 0;
    }

    private static Path stepsCounted(Path tree) {
        return tree.resolveSibling(tree.getFileName() + ".steps");
    }

    private static String compiler() throws IOException, InterruptedException {
        return query(COMPILER, "--version").lines().findFirst().orElse("unknown " + COMPILER);
    }

    private static String compilerVersion() throws IOException, InterruptedException {
        return query(COMPILER, "-dumpfullversion").strip();
    }

    private static String query(String... command) throws IOException, InterruptedException {
        return new HostCommand(List.of(command), Path.of("/"), QUERY_LIMIT)
                .runForOutput()
                .output();
    }
}
