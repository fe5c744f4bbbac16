// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.container;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.pinfuzz.vm.Digest;
import org.pinfuzz.vm.DirectoryLock;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Mirrors;

/**
 * The image that the tools are in: QEMU, compilers and what kernels' builds call, as {@code vm/image/packages} lists
 * them. Its tag is a digest of the files that it is made by, so that it is made once and again when they change. It is
 * built from the Dockerfile where the base image can be had, else from a root of Debian packages.
 */
final class ToolImage {
    private static final String REPOSITORY = "pinfuzz-tools";
    /** The suite whose compilers build modules for all kernels of the catalogue. */
    private static final String SUITE = "sid";

    private static final String BASE = "debian";
    private static final String BASE_TAG = SUITE + "-slim";
    /** A slow line takes that long for 150 MB of packages. */
    private static final Duration MAKE_LIMIT = Duration.ofMinutes(60);

    private static final Duration PULL_LIMIT = Duration.ofMinutes(10);

    private final DockerClient client;
    private final Installation installation;
    private final Supplier<Mirrors> mirrors;
    private final ProgressListener progress;

    ToolImage(DockerClient client, Installation installation, Supplier<Mirrors> mirrors, ProgressListener progress) {
        this.client = requireNonNull(client, "client is null");
        this.installation = requireNonNull(installation, "installation is null");
        this.mirrors = requireNonNull(mirrors, "mirrors is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * The name of the image, which the engine has afterwards.
     *
     * @throws VmException when it can be made in neither way; the message has the reasons
     */
    String obtain() throws IOException, InterruptedException {
        Path sources = installation.home().resolve("vm").resolve("image");
        String tag = new Digest()
                .addFiles(List.of(
                        sources.resolve("Dockerfile"), sources.resolve("make-root"), sources.resolve("packages")))
                .add(SUITE)
                .key();
        String name = REPOSITORY + ":" + tag;
        Path work = Files.createDirectories(installation.cache().resolve("containers"));
        try (DirectoryLock lock = DirectoryLock.acquire(work, "image")) {
            lock.requireHeld();
            if (!present(name)) {
                make(name, sources, work);
            }
        }
        return name;
    }

    private boolean present(String name) {
        try {
            client.inspectImageCmd(name).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    private void make(String name, Path sources, Path work) throws IOException, InterruptedException {
        String noBuild;
        try {
            requireBase();
            progress.progress("building the image " + name + " from " + BASE + ":" + BASE_TAG);
            client.buildImageCmd(sources.resolve("Dockerfile").toFile())
                    .withBuildArg("BASE", BASE + ":" + BASE_TAG)
                    .withTags(Set.of(name))
                    .exec(new BuildImageResultCallback())
                    .awaitImageId(MAKE_LIMIT.toMinutes(), TimeUnit.MINUTES);
            return;
        } catch (DockerException e) {
            noBuild = firstLine(e);
        }
        try {
            importRoot(name, sources, work);
        } catch (VmException e) {
            throw new VmException(
                    "making the image " + name + " failed in both ways. From " + BASE + ":" + BASE_TAG + ": " + noBuild
                            + "\nFrom packages: " + e.getMessage(),
                    e);
        }
    }

    /** Asks the registry for the base image, unless the engine has it. */
    private void requireBase() throws InterruptedException {
        if (present(BASE + ":" + BASE_TAG)) {
            return;
        }
        progress.progress("pulling " + BASE + ":" + BASE_TAG);
        boolean finished = client.pullImageCmd(BASE)
                .withTag(BASE_TAG)
                .start()
                .awaitCompletion(PULL_LIMIT.toMinutes(), TimeUnit.MINUTES);
        if (!finished) {
            throw new DockerException("pulling it took longer than " + PULL_LIMIT.toMinutes() + " min", 0);
        }
    }

    private void importRoot(String name, Path sources, Path work) throws IOException, InterruptedException {
        Mirrors from = mirrors.get();
        progress.progress("no base image can be pulled: making the image " + name + " from packages of " + SUITE
                + " (120 MB to download)");
        Path archive = work.resolve("image.tar");
        Path log = Files.createDirectories(installation.cache().resolve("logs")).resolve("make-root.log");
        try {
            HostCommand.Result result = new HostCommand(
                            List.of(
                                    sources.resolve("make-root").toString(),
                                    SUITE,
                                    from.debian(),
                                    from.keyring().toString(),
                                    name,
                                    archive.toString()),
                            work,
                            MAKE_LIMIT)
                    .run(log);
            if (!result.succeeded()) {
                throw new VmException("making a root of packages of " + SUITE + " from " + from.debian()
                        + " failed:\n  " + result.lastLines() + "\nthe whole output is in " + log);
            }
            try (InputStream tar = Files.newInputStream(archive)) {
                client.loadImageCmd(tar).exec();
            }
        } catch (DockerException e) {
            throw new VmException(
                    "loading the image " + name + " into the container engine failed: " + firstLine(e), e);
        } finally {
            Files.deleteIfExists(archive);
        }
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .findFirst()
                .orElse(e.getClass().getSimpleName());
    }
}
