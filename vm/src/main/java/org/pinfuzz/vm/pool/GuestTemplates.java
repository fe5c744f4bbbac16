// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.pinfuzz.generators.wire.Hello;
import org.pinfuzz.generators.wire.WireFormatException;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.Digest;
import org.pinfuzz.vm.DirectoryLock;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.image.GuestImage;
import org.pinfuzz.vm.image.ImageBuilder;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.qemu.Accelerator;
import org.pinfuzz.vm.qemu.AcceleratorProbe;
import org.pinfuzz.vm.qemu.ProcessIdentity;
import org.pinfuzz.vm.qemu.QemuCommand;
import org.pinfuzz.vm.qemu.RunDirectories;
import org.pinfuzz.vm.qemu.VirtualMachine;
import org.pinfuzz.vm.wire.FrameException;
import org.pinfuzz.vm.wire.FrameType;

/**
 * Makes templates and keeps them: one for each kernel, profile, agent, module and QEMU, as long as they are among the
 * most recently used or some process uses them. Making the first one of a process also removes what killed processes
 * left running.
 */
public final class GuestTemplates {
    /** Most templates that are kept; each is about 100 MB. A kernel has one for each profile and each planted fault. */
    static final int KEPT = 40;

    /** A cold boot takes 2 to 4 seconds under emulation; a machine that is busy with other things takes a multiple. */
    static final Duration BOOT_LIMIT = Duration.ofSeconds(120);

    private static final String STATE = "state";
    private static final String HELLO = "hello";
    private static final String LEASES = "leases";
    private static final int SHOWN_CONSOLE_LINES = 12;

    private final Path cache;
    private final Path templates;
    private final ImageBuilder images;
    private final RunDirectories directories;
    private final AcceleratorProbe probe;
    private final ProgressListener progress;

    public GuestTemplates(Installation installation, RunDirectories directories, ProgressListener progress) {
        this.cache = installation.cache();
        this.templates = cache.resolve("templates");
        this.directories = requireNonNull(directories, "directories is null");
        this.images = new ImageBuilder(installation, directories.tools(), progress);
        this.probe = new AcceleratorProbe(cache, directories);
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * The template for a kernel and a profile, with the accelerator that works on this machine; built, booted and saved
     * if it is not there.
     *
     * @throws VmException when something cannot be built, the guest does not boot, or its agent refuses it
     */
    public GuestTemplate prepare(Kernel kernel, GuestProfile profile) {
        GuestImage image = images.image(kernel, profile.instruments().module(), profile.modules());
        try {
            return prepare(image, profile, probe.detect(profile.command(image, Accelerator.Kind.TCG)));
        } catch (InterruptedException e) {
            throw interrupted(kernel, e);
        }
    }

    /** The template for an image and a profile under a certain accelerator. */
    GuestTemplate prepare(GuestImage image, GuestProfile profile, Accelerator accelerator) {
        QemuCommand command = profile.command(image, accelerator.kind());
        AtomicLong bootMs = new AtomicLong();
        try {
            directories.sweep();
            Files.createDirectories(templates);
            String name = image.kernel().release() + "-" + key(command);
            Path directory = CachedDirectory.obtain(templates.resolve(name), partial -> {
                progress.progress("booting " + image.kernel().release() + " with the profile " + profile.name()
                        + " once, to start all guests from it");
                bootMs.set(bootAndSave(command, partial));
            });
            lease(directory);
            Hello hello = Hello.decode(Files.readAllBytes(directory.resolve(HELLO)));
            return new GuestTemplate(
                    profile,
                    command,
                    directory.resolve(STATE),
                    requireDeclared(hello, image, profile),
                    accelerator,
                    bootMs.get());
        } catch (IOException | WireFormatException e) {
            throw new VmException("preparing guests of " + image.kernel().release() + " failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw interrupted(image.kernel(), e);
        }
    }

    private static VmException interrupted(Kernel kernel, InterruptedException e) {
        Thread.currentThread().interrupt();
        return new VmException("preparing guests of " + kernel.release() + " was interrupted; run it again", e);
    }

    /** How many templates of a kernel are kept. */
    public int count(Kernel kernel) {
        if (!Files.isDirectory(templates)) {
            return 0;
        }
        try (Stream<Path> listed = Files.list(templates)) {
            return (int) listed.filter(directory -> Files.isRegularFile(directory.resolve(STATE)))
                    .filter(directory -> directory.getFileName().toString().startsWith(kernel.release() + "-"))
                    .count();
        } catch (IOException e) {
            return 0;
        }
    }

    /** All that a saved state depends on: image and arguments, QEMU and where it is from, and with KVM the processor. */
    private String key(QemuCommand command) throws IOException {
        Digest digest = new Digest()
                .add(directories.tools().name())
                .add(directories.qemu().text())
                .add(command.image().digest())
                .add(String.join("\0", command.arguments()));
        if (command.accelerator() == Accelerator.Kind.KVM) {
            Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith("model name") || line.startsWith("flags"))
                    .distinct()
                    .forEach(digest::add);
        }
        return digest.key();
    }

    private long bootAndSave(QemuCommand command, Path into) throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        try (VirtualMachine machine = VirtualMachine.boot(command, directories)) {
            try {
                byte[] hello = booted(machine, command, startNs + BOOT_LIMIT.toNanos());
                long bootMs = Duration.ofNanos(System.nanoTime() - startNs).toMillis();
                // What fails from here on is the host's doing, and the console would say nothing of it.
                Files.write(into.resolve(HELLO), hello);
                machine.save(into.resolve(STATE));
                return bootMs;
            } finally {
                machine.kill();
            }
        }
    }

    private byte[] booted(VirtualMachine machine, QemuCommand command, long deadlineNs)
            throws IOException, InterruptedException {
        try {
            return hello(machine, deadlineNs);
        } catch (IOException e) {
            throw new VmException(
                    "booting " + command.image().kernel().release() + " failed: " + e.getMessage()
                            + consoleOf(machine, command),
                    e);
        }
    }

    private static byte[] hello(VirtualMachine machine, long deadlineNs) throws IOException, InterruptedException {
        try {
            VirtualMachine.Reception first = machine.receive(deadlineNs);
            if (first instanceof VirtualMachine.Reception.Received received) {
                byte[] payload = received.frame().payload();
                if (received.frame().type() == FrameType.HELLO) {
                    return payload;
                }
                throw new IOException("the guest does not say HELLO but "
                        + received.frame().type()
                        + (received.frame().type() == FrameType.REFUSED ? ": " + GuestText.of(payload) : ""));
            }
            // A port that is closed is the end, also where QEMU takes some time over its own.
            throw new IOException(
                    first instanceof VirtualMachine.Reception.Nothing && machine.alive()
                            ? "the guest was not ready within " + BOOT_LIMIT.toSeconds() + " s"
                            : "the guest ended before it was ready");
        } catch (FrameException e) {
            throw new IOException("the guest sent no frame: " + e.getMessage(), e);
        }
    }

    private String consoleOf(VirtualMachine machine, QemuCommand command) throws IOException {
        Path kept = Files.createDirectories(cache.resolve("logs"))
                .resolve("boot-" + command.image().kernel().release() + ".console");
        if (!Files.exists(machine.console())) {
            return "";
        }
        Files.copy(machine.console(), kept, StandardCopyOption.REPLACE_EXISTING);
        List<String> lines = Files.readAllLines(kept, StandardCharsets.ISO_8859_1);
        List<String> last = lines.subList(Math.max(0, lines.size() - SHOWN_CONSOLE_LINES), lines.size());
        return "\n  " + GuestText.of(String.join("\n  ", last).getBytes(StandardCharsets.ISO_8859_1))
                + "\nthe whole console is in " + kept;
    }

    private static Hello requireDeclared(Hello hello, GuestImage image, GuestProfile profile) {
        if (!hello.kernelRelease().equals(image.kernel().release())
                || hello.moduleLoaded() != profile.instruments().module()
                || hello.canary() != profile.instruments().canary()) {
            throw new VmException("preparing guests of " + image.kernel().release()
                    + " failed: the guest says of itself " + hello + ", but should be " + profile);
        }
        return hello;
    }

    /** Notes that this process uses a template, and removes those that nobody used for longest. */
    private void lease(Path directory) throws IOException, InterruptedException {
        try (DirectoryLock lock = DirectoryLock.acquire(templates, "prune")) {
            lock.requireHeld();
            Path leases = Files.createDirectories(directory.resolve(LEASES));
            ProcessIdentity self = ProcessIdentity.ofThisProcess();
            Files.writeString(leases.resolve(self.pid() + "-" + self.startTicks()), "");
            Files.setLastModifiedTime(directory, FileTime.from(Instant.now()));
            List<Path> oldestFirst;
            try (Stream<Path> listed = Files.list(templates)) {
                oldestFirst = listed.filter(path -> Files.isRegularFile(path.resolve(STATE)))
                        .filter(path -> !path.getFileName().toString().startsWith("."))
                        .sorted(Comparator.comparing(path -> path.toFile().lastModified()))
                        .toList();
            }
            for (Path old : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - KEPT))) {
                if (!inUse(old)) {
                    CachedDirectory.deleteTree(old);
                }
            }
        }
    }

    private static boolean inUse(Path directory) throws IOException {
        Path leases = directory.resolve(LEASES);
        if (!Files.isDirectory(leases)) {
            // Made by a process that is about to note its use.
            return true;
        }
        try (Stream<Path> listed = Files.list(leases)) {
            return listed.map(lease -> lease.getFileName().toString().split("-"))
                    .filter(parts -> parts.length == 2)
                    .map(parts -> new ProcessIdentity(Long.parseLong(parts[0]), Long.parseLong(parts[1])))
                    .anyMatch(ProcessIdentity::alive);
        }
    }
}
