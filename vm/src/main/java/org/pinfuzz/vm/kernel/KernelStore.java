// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.DirectoryLock;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;

/**
 * The kernels on this machine. A kernel comes through the package manager, with its signatures checked, and is
 * unpacked, not installed; one that is there is used without asking the network.
 */
public final class KernelStore {
    private static final String RECORD = "kernel.json";
    private static final Duration UNPACK_LIMIT = Duration.ofMinutes(10);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    /** The other packages that headers need: those of all flavours, and the tools of the kernel's build. */
    private static final Pattern NEEDED_BY_HEADERS = Pattern.compile("(linux-headers-\\S+-common|linux-kbuild-\\S+)");

    private final KernelCatalogue catalogue;
    private final Path kernels;
    private final Path aptDirectory;
    private final Supplier<Mirrors> mirrors;
    private final ProgressListener progress;

    /**
     * @param cache the cache's root
     * @param mirrors asked when something must be fetched
     */
    public KernelStore(KernelCatalogue catalogue, Path cache, Supplier<Mirrors> mirrors, ProgressListener progress) {
        this.catalogue = requireNonNull(catalogue, "catalogue is null");
        this.kernels = cache.resolve("kernels");
        this.aptDirectory = cache.resolve("apt");
        this.mirrors = requireNonNull(mirrors, "mirrors is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    public KernelCatalogue catalogue() {
        return catalogue;
    }

    /**
     * The newest release of a kernel that is on this machine.
     *
     * @throws VmException when the catalogue does not have that name, or what is there is damaged
     */
    public Optional<Kernel> find(String name) {
        catalogue.kernel(name);
        Path ofName = kernels.resolve(name);
        if (!Files.isDirectory(ofName)) {
            return Optional.empty();
        }
        try (Stream<Path> releases = Files.list(ofName)) {
            Optional<Path> newest = releases.filter(release -> Files.isRegularFile(release.resolve(RECORD)))
                    .max(Comparator.comparing(release -> release.getFileName().toString(), ReleaseOrder.INSTANCE));
            return newest.map(KernelStore::readRecord);
        } catch (IOException e) {
            throw new VmException("looking for the kernel " + name + " in " + ofName + " failed: " + e, e);
        }
    }

    /**
     * A kernel that is on this machine afterwards: the one that is there, else the newest of its suites.
     *
     * @throws VmException when there is no network, no such package, a signature that does not hold, or no room
     */
    public Kernel fetch(String name) {
        return find(name).orElseGet(() -> fetchNewest(name));
    }

    /**
     * The newest release of a kernel that its suites have, fetched unless it is here.
     *
     * @throws VmException as {@link #fetch}
     */
    public Kernel fetchNewest(String name) {
        DebianKernel wanted = catalogue.kernel(name);
        Mirrors from = mirrors.get();
        requireTools();
        try {
            Path directory = Files.createDirectories(aptDirectory.resolve(name));
            // One process at a time may update the lists.
            try (DirectoryLock lock = DirectoryLock.acquire(aptDirectory, name)) {
                lock.requireHeld();
                return fetchLocked(wanted, from, directory);
            }
        } catch (IOException e) {
            throw new VmException(
                    "fetching the kernel " + name + " into " + kernels + " failed: " + e
                            + "; check that the disk is not full and the cache is writable",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("fetching the kernel " + name + " was interrupted; run it again", e);
        }
    }

    private Kernel fetchLocked(DebianKernel wanted, Mirrors from, Path directory)
            throws IOException, InterruptedException {
        progress.progress("reading the package lists for " + wanted.name() + " from " + from.debian());
        Apt apt = Apt.configure(directory, wanted, from);
        apt.update();
        String release = newestRelease(apt, wanted, from);
        Path target = kernels.resolve(wanted.name()).resolve(release);
        return readRecord(CachedDirectory.obtain(target, partial -> unpack(apt, wanted, release, partial)));
    }

    private static void requireTools() {
        for (String tool : List.of("apt-get", "apt-cache", "dpkg-deb")) {
            if (!HostCommand.available(tool)) {
                throw new VmException("fetching a kernel failed: " + tool
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
                + wanted.suites().stream().map(DebianKernel.Suite::suite).toList() + " of " + from.debian()
                + " have no linux-image-" + wanted.abi() + "-" + wanted.flavour()
                + " with headers of the same version; name another mirror with --mirror");
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
        mendMakefile(partial.resolve("usr/src/linux-headers-" + release));
        writeRecord(partial, wanted.name(), release, packages);
    }

    /** Image, headers and what headers need, all of one version where that version is there. */
    private static SortedMap<String, String> packages(Apt apt, String release)
            throws IOException, InterruptedException {
        Map<String, String> headers = apt.fields("linux-headers-" + release);
        String version = headers.get("Version");
        SortedMap<String, String> packages = new TreeMap<>();
        packages.put("linux-image-" + release, version);
        packages.put("linux-headers-" + release, version);
        Matcher needed =
                NEEDED_BY_HEADERS.matcher(headers.getOrDefault("Depends", "").replaceAll("\\([^)]*\\)", ""));
        while (needed.find()) {
            String name = needed.group(1).replaceAll(",$", "");
            Map<String, String> fields = apt.fields(name);
            if (!version.equals(fields.get("Version"))) {
                throw new VmException("looking for " + name + " " + version + ", which the headers of " + release
                        + " need, failed: the newest there is " + fields.get("Version")
                        + "; name another mirror with --mirror");
            }
            packages.put(name, version);
        }
        return packages;
    }

    /** The one absolute path in the headers is made relative to the file it stands in. */
    private static void mendMakefile(Path headers) throws IOException {
        Path makefile = headers.resolve("Makefile");
        String text = Files.readString(makefile);
        Files.writeString(
                makefile, text.replace("include /usr/src/", "include $(dir $(lastword $(MAKEFILE_LIST)))../"));
    }

    private static void writeRecord(Path root, String name, String release, SortedMap<String, String> packages)
            throws IOException {
        Map<String, String> record = new LinkedHashMap<>();
        record.put("name", name);
        record.put("release", release);
        record.put("image", "boot/vmlinuz-" + release);
        record.put("modules", "lib/modules/" + release);
        record.put("headers", "usr/src/linux-headers-" + release);
        for (String path : List.of(record.get("image"), record.get("modules"), record.get("headers"))) {
            if (!Files.exists(root.resolve(path))) {
                throw new VmException("unpacking " + release + " failed: its packages do not hold " + path);
            }
        }
        ObjectNode json = MAPPER.createObjectNode();
        record.forEach(json::put);
        ObjectNode versions = json.putObject("packages");
        packages.forEach(versions::put);
        Files.writeString(root.resolve(RECORD), json.toPrettyString() + "\n");
    }

    private static Kernel readRecord(Path root) {
        try {
            JsonNode json = MAPPER.readTree(root.resolve(RECORD).toFile());
            SortedMap<String, String> versions = new TreeMap<>();
            json.required("packages")
                    .properties()
                    .forEach(entry ->
                            versions.put(entry.getKey(), entry.getValue().asText()));
            return new Kernel(
                    json.required("name").asText(),
                    json.required("release").asText(),
                    root.resolve(json.required("image").asText()),
                    root.resolve(json.required("modules").asText()),
                    root.resolve(json.required("headers").asText()),
                    "gcc",
                    KernelConfig.read(
                            root.resolve(json.required("headers").asText()).resolve(".config")),
                    versions);
        } catch (IOException | IllegalArgumentException e) {
            throw new VmException(
                    "reading the fetched kernel in " + root + " failed: " + e.getMessage()
                            + "; delete that directory and fetch it again",
                    e);
        }
    }
}
