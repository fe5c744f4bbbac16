// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.DirectoryLock;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;

/** The source packages of kernels: fetched through the package manager, unpacked once, shared by all build trees. */
final class SourcePackages {
    private static final Duration UNPACK_LIMIT = Duration.ofMinutes(30);
    private static final String SEPARATOR = "_";
    /** Half a million lines that no kernel of ours is built from. */
    private static final String REGISTER_LISTS = "drivers/gpu/drm/amd/include";

    private final Path directory;
    private final Path aptDirectory;
    private final ProgressListener progress;

    SourcePackages(Path cache, ProgressListener progress) {
        this.directory = cache.resolve("kernel-sources");
        this.aptDirectory = cache.resolve("apt");
        this.progress = progress;
    }

    /** The newest version of a package that is unpacked here. */
    Optional<KernelSource> newestHere(String packageName) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        String prefix = packageName + SEPARATOR;
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(prefix))
                    .max(Comparator.comparing(entry -> entry.getFileName().toString(), ReleaseOrder.INSTANCE))
                    .map(entry -> new KernelSource(
                            packageName, entry.getFileName().toString().substring(prefix.length()), entry));
        }
    }

    /** The newest version that the suites of a kernel have, unpacked. */
    KernelSource fetchNewest(SourceKernel kernel, Mirrors mirrors) throws IOException, InterruptedException {
        Path ofName = Files.createDirectories(aptDirectory.resolve(kernel.sourcePackage()));
        // One process at a time may update the lists.
        try (DirectoryLock lock = DirectoryLock.acquire(aptDirectory, kernel.sourcePackage())) {
            lock.requireHeld();
            progress.progress("reading the package lists for " + kernel.sourcePackage() + " from " + mirrors.debian());
            Apt apt = Apt.configure(ofName, kernel.suites(), mirrors);
            apt.update();
            Map<String, String> fields = apt.fields(kernel.sourcePackage());
            String version = fields.getOrDefault("Version", "");
            if (version.isEmpty()) {
                throw new VmException("looking for the source of " + kernel.name() + " failed: the suites "
                        + kernel.suites().stream().map(Suite::suite).toList() + " of " + mirrors.debian() + " have no "
                        + kernel.sourcePackage() + "; " + Mirrors.NAME_ANOTHER);
            }
            Path target = directory.resolve(kernel.sourcePackage() + SEPARATOR + version);
            CachedDirectory.obtain(target, partial -> unpack(apt, kernel, version, partial));
            return new KernelSource(kernel.sourcePackage(), version, target);
        }
    }

    private void unpack(Apt apt, SourceKernel kernel, String version, Path partial)
            throws IOException, InterruptedException {
        progress.progress("downloading " + kernel.sourcePackage() + " " + version + " (about 150 MB)");
        Path work = Files.createDirectory(partial.resolve(".package"));
        List<Path> debs = apt.download(work, List.of(kernel.sourcePackage() + "=" + version));
        progress.progress("unpacking " + debs.get(0).getFileName());
        run(List.of("dpkg-deb", "-x", debs.get(0).toString(), work.toString()), work);
        Files.delete(debs.get(0));
        Path archive = work.resolve("usr/src").resolve(kernel.sourcePackage() + ".tar.xz");
        if (!Files.isRegularFile(archive)) {
            throw new VmException("unpacking " + kernel.sourcePackage() + " " + version + " failed: it does not hold "
                    + work.relativize(archive));
        }
        run(
                List.of(
                        "tar",
                        "-xJf",
                        archive.toString(),
                        "--strip-components=1",
                        "--no-same-owner",
                        "--exclude=*/" + REGISTER_LISTS,
                        "-C",
                        partial.toString()),
                work);
        CachedDirectory.deleteTree(work);
    }

    private void run(List<String> command, Path work) throws IOException, InterruptedException {
        HostCommand.Result result =
                new HostCommand(command, work, UNPACK_LIMIT).run(aptDirectory.resolve(command.get(0) + ".log"));
        if (!result.succeeded()) {
            throw new VmException("unpacking a kernel's source with " + command.get(0) + " failed: "
                    + Apt.diagnose(result.output()) + "\n  " + result.lastLines());
        }
    }

    /** Removes what is older than a source that is now in use. */
    void removeOlder(KernelSource source) throws IOException {
        String prefix = source.packageName() + SEPARATOR;
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (name.startsWith(prefix)
                        && ReleaseOrder.INSTANCE.compare(name.substring(prefix.length()), source.packageVersion())
                                < 0) {
                    CachedDirectory.deleteTree(entry);
                }
            }
        }
    }
}
