// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.DirectoryLock;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;

/**
 * The kernels on this machine. A kernel comes through the package manager, with its signatures checked, and is
 * unpacked, not installed; one that is there is used without asking the network.
 */
public final class KernelStore {
    private static final Duration UNPACK_LIMIT = Duration.ofMinutes(10);
    /** The other packages that headers need: those of all flavours, and the tools of the kernel's build. */
    private static final Pattern NEEDED_BY_HEADERS = Pattern.compile("linux-headers-\\S+-common|linux-kbuild-\\S+");
    /** From 7.2 on an image package is empty, and what it needs has the image and the modules. */
    static final Pattern NEEDED_BY_IMAGE = Pattern.compile("linux-(?:base|binary|modules)-\\d\\S*");

    /** Of a file of headers: an absolute name, where a directory is included from or assigned. */
    private static final Pattern INCLUDED = Pattern.compile("(?m)^include /usr/src/");

    private static final Pattern ASSIGNED = Pattern.compile("(?m)^(\\w+)\\s*=\\s*/usr/src/");

    private final KernelCatalogue catalogue;
    private final Path kernels;
    private final Path aptDirectory;
    private final Supplier<Mirrors> mirrors;
    private final ProgressListener progress;
    private final KernelBuilder builder;

    /**
     * @param mirrors asked when something must be fetched
     * @throws VmException when the installation's catalogue cannot be read
     */
    public KernelStore(Installation installation, Supplier<Mirrors> mirrors, ProgressListener progress) {
        this.catalogue = KernelCatalogue.read(installation.kernelCatalogue());
        this.kernels = installation.cache().resolve("kernels");
        this.aptDirectory = installation.cache().resolve("apt");
        this.builder = new KernelBuilder(installation.moduleSources(), installation.cache(), progress);
        this.mirrors = requireNonNull(mirrors, "mirrors is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    public KernelCatalogue catalogue() {
        return catalogue;
    }

    /**
     * The newest release of a kernel that is on this machine; of a kernel from source only one that was built from what
     * this checkout has now.
     *
     * @throws VmException when the catalogue does not have that name, or what is there is damaged
     */
    public Optional<Kernel> find(String name) {
        CatalogueKernel wanted = catalogue.kernel(name);
        return guarded("looking for the kernel " + name + " in " + kernels, () -> {
            if (wanted instanceof SourceKernel fromSource) {
                return builder.find(fromSource);
            }
            return StoredKernel.listed(kernels.resolve(name)).stream()
                    .max(Comparator.comparing(release -> release.getFileName().toString(), ReleaseOrder.INSTANCE))
                    .map(StoredKernel::read);
        });
    }

    /**
     * A kernel that is on this machine afterwards: the one that is there, else the newest of its suites, else one that
     * is built now.
     *
     * @throws VmException when there is no network, no such package, a signature that does not hold, no room, or the
     *     kernel does not build
     */
    public Kernel fetch(String name) {
        return find(name).orElseGet(() -> obtain(name, false));
    }

    /**
     * A kernel of the newest release that its suites have.
     *
     * @throws VmException as {@link #fetch}
     */
    public Kernel fetchNewest(String name) {
        return obtain(name, true);
    }

    private Kernel obtain(String name, boolean newest) {
        CatalogueKernel wanted = catalogue.kernel(name);
        if (wanted instanceof DebianKernel stock) {
            return fetchStock(stock);
        }
        SourceKernel fromSource = (SourceKernel) wanted;
        return guarded("building the kernel " + name, () -> {
            BuildTools.require(name);
            Optional<KernelSource> here = newest ? Optional.empty() : builder.sourceHere(fromSource);
            KernelSource source;
            if (here.isPresent()) {
                source = here.get();
            } else {
                requireTools();
                source = builder.newestSource(fromSource, mirrors.get());
            }
            return builder.build(fromSource, source);
        });
    }

    private Kernel fetchStock(DebianKernel wanted) {
        Mirrors from = mirrors.get();
        requireTools();
        return guarded("fetching the kernel " + wanted.name() + " into " + kernels, () -> {
            Path directory = Files.createDirectories(aptDirectory.resolve(wanted.name()));
            // One process at a time may update the lists.
            try (DirectoryLock lock = DirectoryLock.acquire(aptDirectory, wanted.name())) {
                lock.requireHeld();
                return fetchLocked(wanted, from, directory);
            }
        });
    }

    /** Something that reads and writes files and runs programs. */
    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    private static <T> T guarded(String doing, Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new VmException(
                    doing + " failed: " + FileFailure.reason(e)
                            + "; check that the disk is not full and the cache is writable",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException(doing + " was interrupted; run it again", e);
        }
    }

    private Kernel fetchLocked(DebianKernel wanted, Mirrors from, Path directory)
            throws IOException, InterruptedException {
        progress.progress("reading the package lists for " + wanted.name() + " from " + from.debian());
        Apt apt = Apt.configure(directory, wanted.suites(), from);
        apt.update();
        String release = newestRelease(apt, wanted, from);
        Path target = kernels.resolve(wanted.name()).resolve(release);
        return StoredKernel.read(CachedDirectory.obtain(target, partial -> unpack(apt, wanted, release, partial)));
    }

    private static void requireTools() {
        for (String tool : List.of("apt-get", "apt-cache", "dpkg-deb")) {
            if (!HostCommand.available(tool)) {
                throw new VmException("fetching a package failed: " + tool
                        + " is not on this machine; fetch on a Debian system and copy the cache");
            }
        }
    }

    /** The newest release whose image and headers are both there; mirrors keep older headers not as long as images. */
    private static String newestRelease(Apt apt, DebianKernel wanted, Mirrors from)
            throws IOException, InterruptedException {
        List<String> releases = apt.names("linux-image-").stream()
                .map(wanted::releaseOf)
                .flatMap(Optional::stream)
                .sorted(ReleaseOrder.INSTANCE.reversed())
                .toList();
        for (String release : releases) {
            Map<String, String> image = apt.fields("linux-image-" + release);
            Map<String, String> headers = apt.fields("linux-headers-" + release);
            if (image.containsKey("Version") && image.get("Version").equals(headers.get("Version"))) {
                return release;
            }
        }
        throw new VmException("looking for the kernel " + wanted.name() + " failed: the suites "
                + wanted.suites().stream().map(Suite::suite).toList() + " of " + from.debian()
                + " have no linux-image-" + wanted.abi() + "-" + wanted.flavour()
                + " with headers of the same version; " + Mirrors.NAME_ANOTHER);
    }

    private void unpack(Apt apt, DebianKernel wanted, String release, Path partial)
            throws IOException, InterruptedException {
        SortedMap<String, String> packages = packages(apt, release);
        progress.progress(
                "downloading " + wanted.name() + ": " + release + " (" + packages.get("linux-image-" + release) + ")");
        Path debs = Files.createDirectory(partial.resolve("debs"));
        List<String> exact = new ArrayList<>();
        packages.forEach((name, version) -> exact.add(name + "=" + version));
        for (Path deb : apt.download(debs, exact)) {
            Path log = aptDirectory.resolve("dpkg-deb.log");
            HostCommand.Result result = new HostCommand(
                            List.of("dpkg-deb", "-x", deb.toString(), partial.toString()), partial, UNPACK_LIMIT)
                    .run(log);
            if (!result.succeeded()) {
                throw new VmException("unpacking " + deb.getFileName() + " failed: " + Apt.diagnose(result.output())
                        + "\n  " + result.lastLines());
            }
        }
        CachedDirectory.deleteTree(debs);
        Path makefile = StoredKernel.headers(partial, release).resolve("Makefile");
        Files.writeString(makefile, relative(Files.readString(makefile)));
        StoredKernel.write(partial, wanted.name(), release, packages);
    }

    /** Image, headers and what both need, all of one version where that version is there. */
    private static SortedMap<String, String> packages(Apt apt, String release)
            throws IOException, InterruptedException {
        Map<String, String> image = apt.fields("linux-image-" + release);
        Map<String, String> headers = apt.fields("linux-headers-" + release);
        String version = headers.get("Version");
        SortedMap<String, String> packages = new TreeMap<>();
        packages.put("linux-image-" + release, version);
        packages.put("linux-headers-" + release, version);
        Set<String> needed = new TreeSet<>(neededBy(image, NEEDED_BY_IMAGE));
        needed.addAll(neededBy(headers, NEEDED_BY_HEADERS));
        for (String name : needed) {
            Map<String, String> fields = apt.fields(name);
            if (!version.equals(fields.get("Version"))) {
                throw new VmException("looking for " + name + " " + version + ", which image or headers of " + release
                        + " need, failed: the newest there is " + fields.get("Version")
                        + "; " + Mirrors.NAME_ANOTHER);
            }
            packages.put(name, version);
        }
        return packages;
    }

    /** The packages of a kind that a package depends on. */
    static List<String> neededBy(Map<String, String> fields, Pattern kind) {
        return Stream.of(fields.getOrDefault("Depends", "").split("[,|]"))
                .map(part -> part.replaceAll("\\(.*", "").strip())
                .filter(name -> kind.matcher(name).matches())
                .toList();
    }

    /** Absolute names in the headers are made relative to the file in which they stand. */
    static String relative(String makefile) {
        String included = INCLUDED.matcher(makefile)
                .replaceAll(Matcher.quoteReplacement("include $(dir $(lastword $(MAKEFILE_LIST)))../"));
        // Assigned at once: the last makefile is another one later.
        return ASSIGNED.matcher(included)
                .replaceAll("$1 := "
                        + Matcher.quoteReplacement("$(abspath $(dir $(abspath $(lastword $(MAKEFILE_LIST))))..)/"));
    }
}
