// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.Digest;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;

/**
 * Kernels that are no packages: trees that the user has built, in tree or in a directory of their own
 * ({@code make O=DIR}), or an image with what modules are built against. Nothing in them is changed. What is made from
 * them is keyed by their contents, so that a tree that was built again is another kernel.
 */
public final class KernelTree {
    private static final String CONFIG = ".config";
    private static final String BUILT_CONFIG = "include/config/auto.conf";
    private static final String RELEASE = "include/config/kernel.release";
    private static final String IMAGE = "arch/x86/boot/bzImage";
    private static final String SYMBOLS = "Module.symvers";
    private static final String MODPOST = "scripts/mod/modpost";
    private static final String BUILTIN_MODULES = "modules.builtin";
    private static final int SHOWN_OPTIONS = 8;

    /** The third line of a {@code .config}. */
    private static final Pattern HEADING = Pattern.compile("# Linux/(\\S+) (\\d\\S*) Kernel Configuration");

    /** Images that are kept; whoever builds a tree over and over leaves one each time. */
    private static final int KEPT = 8;

    private final Path images;
    private final ModuleCompiler compiler;
    private final ProgressListener progress;

    /**
     * @param cache the cache's root
     * @param tools what modules are built with
     */
    public KernelTree(Path cache, Toolbox tools, ProgressListener progress) {
        this(cache, ModuleCompiler.among(tools), progress);
    }

    KernelTree(Path cache, ModuleCompiler compiler, ProgressListener progress) {
        this.images = cache.resolve("trees");
        this.compiler = requireNonNull(compiler, "compiler is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * What a tree is configured to become.
     *
     * @param release its release, as far as the configuration tells
     * @param config the options
     */
    public record Configured(String release, KernelConfig config) {
        public Configured {
            requireNonNull(release, "release is null");
            requireNonNull(config, "config is null");
        }

        public KernelVersion version() {
            return KernelVersion.parse(release);
        }
    }

    /**
     * The configuration of a tree that need not be built yet.
     *
     * @throws VmException when it is no tree, is not configured, or is configured for another machine
     */
    public Configured configured(Path directory) {
        Path tree = requireTree(directory);
        Path file = tree.resolve(CONFIG);
        if (!Files.isRegularFile(file)) {
            throw new VmException("reading the kernel tree " + tree + " failed: it is not configured, there is no "
                    + CONFIG + "; run make -C " + tree
                    + " defconfig, or, if it was built with O=, give that directory");
        }
        return readConfig("the kernel tree " + tree, file);
    }

    /**
     * The kernel of a tree that is built.
     *
     * @throws VmException as {@link #configured}; also when it is not built, or not since its configuration changed; the
     *     message says which make mends that
     */
    public Kernel built(Path directory) {
        Configured configured = configured(directory);
        Path tree = requireTree(directory);
        String what = "the kernel tree " + tree;
        if (!Files.isRegularFile(tree.resolve(RELEASE)) || !Files.isRegularFile(tree.resolve(BUILT_CONFIG))) {
            throw notBuilt(tree, "it is configured, but not built: there is no " + RELEASE);
        }
        if (!Files.isRegularFile(tree.resolve(IMAGE))) {
            boolean prepared = Files.isRegularFile(tree.resolve(MODPOST));
            throw notBuilt(
                    tree,
                    prepared
                            ? "it is prepared for modules (make modules_prepare), but not built: there is no " + IMAGE
                            : "it is not built: there is no " + IMAGE);
        }
        requireBuiltAsConfigured(tree, configured.config());
        for (String file : List.of(SYMBOLS, MODPOST)) {
            if (!Files.isRegularFile(tree.resolve(file))) {
                throw notBuilt(tree, "its modules are not built: there is no " + file);
            }
        }
        String release = line(what, tree.resolve(RELEASE));
        BzImage image = requireBootable(what, tree.resolve(IMAGE));
        if (!image.release().equals(release)) {
            throw notBuilt(tree, "its image is of " + image.release() + ", but the tree is of " + release);
        }
        return kernel(what, tree.resolve(IMAGE), tree, tree, release, configured.config());
    }

    /**
     * The configuration of a kernel of which there are an image and what modules are built against.
     *
     * @throws VmException when one of them is not what it should be, or they are of different releases
     */
    public Configured configured(Path image, Path headers) {
        Path bootable = real(image);
        Path against = real(headers);
        String release =
                requireBootable("the kernel image " + bootable, bootable).release();
        for (String file : List.of("Makefile", CONFIG, RELEASE, SYMBOLS)) {
            if (!Files.isRegularFile(against.resolve(file))) {
                throw new VmException("reading the kernel headers " + against + " failed: there is no " + file
                        + "; give the directory that make -C builds modules against, such as"
                        + " /lib/modules/RELEASE/build or a built tree");
            }
        }
        String what = "the kernel headers " + against;
        String ofHeaders = line(what, against.resolve(RELEASE));
        if (!ofHeaders.equals(release)) {
            throw new VmException("reading " + what + " failed: they are of " + ofHeaders + ", but the image "
                    + bootable + " is of " + release + "; give headers of the same build");
        }
        return new Configured(release, readConfig(what, against.resolve(CONFIG)).config());
    }

    /**
     * A kernel from an image, what modules are built against, and its own modules.
     *
     * @param image a bzImage
     * @param headers a tree, or a distribution's headers, as {@code make -C} wants it
     * @param modules {@code lib/modules/<release>}; empty for a kernel that has what guests need built in
     * @throws VmException when one of them is not what it should be, or they are of different releases
     */
    public Kernel ofFiles(Path image, Path headers, Optional<Path> modules) {
        Configured configured = configured(image, headers);
        String release = configured.release();
        Path against = real(headers);
        Optional<Path> loaded = modules.map(KernelTree::real);
        loaded.filter(directory -> !Files.isRegularFile(directory.resolve(BUILTIN_MODULES)))
                .ifPresent(directory -> {
                    throw new VmException("reading the kernel modules " + directory + " failed: there is no "
                            + BUILTIN_MODULES + "; give lib/modules/" + release + " of the kernel");
                });
        if (loaded.isEmpty()) {
            requireBuiltIn(configured.config(), release);
        }
        Path bootable = real(image);
        return kernel(
                "the kernel image " + bootable,
                bootable,
                loaded.orElse(against),
                against,
                release,
                configured.config());
    }

    /**
     * The directories that modules for the kernel of a tree are built from: the tree and what it refers to.
     *
     * @throws VmException as {@link #configured}
     */
    public List<Path> directories(Path tree) {
        configured(tree);
        return List.copyOf(LinkedDirectories.of(tree));
    }

    /**
     * The directories that modules for a kernel are built from and its own are in.
     *
     * @throws VmException as {@link #configured}
     */
    public List<Path> directories(Path image, Path headers, Optional<Path> modules) {
        configured(image, headers);
        Set<Path> directories = new LinkedHashSet<>(LinkedDirectories.of(headers));
        modules.filter(directory -> Files.isRegularFile(directory.resolve(BUILTIN_MODULES)))
                .ifPresent(directory -> directories.addAll(LinkedDirectories.of(directory)));
        return List.copyOf(directories);
    }

    private Kernel kernel(String what, Path image, Path modules, Path headers, String release, KernelConfig config) {
        String program = compiler.choose(what, config, progress);
        try {
            byte[] bytes = Files.readAllBytes(image);
            SortedMap<String, String> contents = new TreeMap<>();
            contents.put("bzImage", new Digest().add(bytes).key());
            for (String file : List.of(CONFIG, SYMBOLS)) {
                contents.put(
                        file,
                        new Digest().addFiles(List.of(headers.resolve(file))).key());
            }
            return new Kernel(
                    headers.toString(),
                    release,
                    kept(release, contents, bytes),
                    modules,
                    headers,
                    program,
                    config,
                    contents);
        } catch (IOException e) {
            throw new VmException("reading " + what + " failed: " + FileFailure.reason(e), e);
        }
    }

    /** A copy of the image: guests start from it for as long as a campaign lasts, while the next one may be being built. */
    private Path kept(String release, SortedMap<String, String> contents, byte[] image) throws IOException {
        Path directory = CachedDirectory.obtain(
                images.resolve(release + "-" + contents.get("bzImage")),
                partial -> Files.write(partial.resolve("bzImage"), image));
        Files.setLastModifiedTime(directory, FileTime.from(Instant.now()));
        List<Path> oldestFirst;
        try (Stream<Path> listed = Files.list(images)) {
            oldestFirst = listed.filter(path -> !path.equals(directory))
                    .filter(path -> Files.isRegularFile(path.resolve("bzImage")))
                    .filter(path -> !path.getFileName().toString().startsWith("."))
                    .sorted(Comparator.comparing(path -> path.toFile().lastModified()))
                    .toList();
        }
        for (Path old : oldestFirst.subList(0, Math.max(0, oldestFirst.size() + 1 - KEPT))) {
            CachedDirectory.deleteTree(old);
        }
        return directory.resolve("bzImage");
    }

    /** Without links: what is beside a directory, such as the other packages of its headers, is beside its real name. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // It is not there, which is told with the name that was given.
            return path.toAbsolutePath().normalize();
        }
    }

    private static Path requireTree(Path directory) {
        Path tree = real(directory);
        if (!Files.isDirectory(tree)) {
            throw new VmException("reading the kernel tree " + tree + " failed: "
                    + (Files.exists(tree) ? "it is no directory" : "there is no such directory")
                    + "; give the tree that a kernel was built in");
        }
        boolean sources = Files.isRegularFile(tree.resolve("Kconfig")) && Files.isDirectory(tree.resolve("arch/x86"));
        boolean output = Files.isRegularFile(tree.resolve(CONFIG)) && Files.exists(tree.resolve("source"));
        if (!Files.isRegularFile(tree.resolve("Makefile")) || !(sources || output)) {
            throw new VmException("reading the kernel tree " + tree + " failed: it is no kernel tree, neither sources"
                    + " (Makefile, Kconfig, arch/x86) nor a directory that was built into with O= (Makefile, source, "
                    + CONFIG + "); give one of these");
        }
        return tree;
    }

    private static Configured readConfig(String what, Path file) {
        KernelConfig config = KernelConfig.read(file);
        Optional<Matcher> heading;
        try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            heading = lines.map(HEADING::matcher).filter(Matcher::matches).findFirst();
        } catch (IOException e) {
            throw new VmException("reading the kernel configuration " + file + " failed: " + FileFailure.reason(e), e);
        }
        if (!config.enabled("X86_64")) {
            throw new VmException("reading " + what + " failed: it is configured for "
                    + heading.map(matcher -> matcher.group(1) + (config.enabled("X86_32") ? " with 32 bits" : ""))
                            .orElse("another machine")
                    + ", and guests are 64-bit x86 (CONFIG_X86_64=y); configure it with make ARCH=x86_64 defconfig");
        }
        return heading.map(matcher -> new Configured(matcher.group(2), config))
                .orElseThrow(() -> new VmException("reading the kernel configuration " + file
                        + " failed: no line of it says of which version it is (# Linux/x86 … Kernel Configuration);"
                        + " run make olddefconfig"));
    }

    private static BzImage requireBootable(String what, Path file) {
        BzImage image = BzImage.read(file);
        if (!image.sixtyFourBit()) {
            throw new VmException("reading " + what + " failed: it is of 32 bits, and guests are 64-bit x86");
        }
        return image;
    }

    /** The image is of the configuration that was last built; a later one would be believed and not be there. */
    private static void requireBuiltAsConfigured(Path tree, KernelConfig config) {
        KernelConfig built = KernelConfig.read(tree.resolve(BUILT_CONFIG));
        TreeSet<String> changed = new TreeSet<>();
        for (Map<String, String> options : List.of(config.options(), built.options())) {
            options.keySet().stream()
                    .filter(option -> config.enabled(option) != built.enabled(option))
                    .forEach(changed::add);
        }
        if (!changed.isEmpty()) {
            List<String> first = changed.stream().limit(SHOWN_OPTIONS).toList();
            throw notBuilt(
                    tree,
                    "it was not built since its configuration changed (" + String.join(", ", first)
                            + (changed.size() > SHOWN_OPTIONS
                                    ? " and " + (changed.size() - SHOWN_OPTIONS) + " more"
                                    : "")
                            + ")");
        }
    }

    private static void requireBuiltIn(KernelConfig config, String release) {
        List<String> asModules = Stream.of("VIRTIO_PCI", "VIRTIO_CONSOLE")
                .filter(option -> config.value(option).filter("m"::equals).isPresent())
                .toList();
        if (!asModules.isEmpty()) {
            throw new VmException("using the kernel " + release + " failed: it has " + String.join(" and ", asModules)
                    + " as modules, which guests need to talk; give them with --kernel-modules lib/modules/" + release);
        }
    }

    private static VmException notBuilt(Path tree, String why) {
        return new VmException("reading the kernel tree " + tree + " failed: " + why + "; run make -C " + tree
                + " -j$(nproc) bzImage modules");
    }

    private static String line(String what, Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            throw new VmException("reading " + what + " failed: " + FileFailure.reason(e), e);
        }
    }
}
