// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.wire.FrameException;
import org.pinfuzz.vm.wire.FrameType;

/**
 * Finds out whether guests really run under KVM: one is started and must say HELLO in time. That {@code /dev/kvm} opens
 * proves nothing; there are machines where it does and no guest ever runs. The answer holds until the machine's next
 * boot.
 */
public final class AcceleratorProbe {
    /** A guest under KVM is ready within a second; under nested virtualisation within a few. */
    static final Duration LIMIT = Duration.ofSeconds(8);

    private static final Path DEVICE = Path.of("/dev/kvm");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path answerFile;
    private final RunDirectories directories;

    /** @param cache the cache's root, where the answer is kept */
    public AcceleratorProbe(Path cache, RunDirectories directories) {
        Toolbox tools = directories.tools();
        // What holds for this machine need not hold in a container of it.
        this.answerFile = cache.resolve(tools instanceof HostTools ? "accelerator" : "accelerator-" + tools.name());
        this.directories = requireNonNull(directories, "directories is null");
    }

    /**
     * The accelerator to use.
     *
     * @param candidate a guest to try; it is started under KVM whatever it says itself
     */
    public Accelerator detect(QemuCommand candidate) throws InterruptedException {
        try {
            String bootId = Files.readString(BOOT_ID).strip();
            Optional<Accelerator> known = read(bootId);
            if (known.isPresent()) {
                return known.get();
            }
            Accelerator found = probe(candidate);
            write(bootId, found);
            return found;
        } catch (IOException e) {
            return new Accelerator(Accelerator.Kind.TCG, "emulation: whether KVM works could not be found out: " + e);
        }
    }

    /** What was found out since this machine's boot, without starting a guest. */
    public Optional<Accelerator> known() {
        try {
            return read(Files.readString(BOOT_ID).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Accelerator probe(QemuCommand candidate) throws InterruptedException {
        if (!Files.exists(DEVICE)) {
            return new Accelerator(Accelerator.Kind.TCG, "emulation: this machine has no " + DEVICE);
        }
        if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
            return new Accelerator(Accelerator.Kind.TCG, "emulation: " + DEVICE + " may not be opened by this user");
        }
        QemuCommand underKvm = candidate.under(Accelerator.Kind.KVM);
        long startNs = System.nanoTime();
        try (VirtualMachine machine = VirtualMachine.boot(underKvm, directories)) {
            VirtualMachine.Reception first = machine.receive(startNs + LIMIT.toNanos());
            if (first instanceof VirtualMachine.Reception.Received received
                    && received.frame().type() == FrameType.HELLO) {
                long tookMs = Duration.ofNanos(System.nanoTime() - startNs).toMillis();
                return new Accelerator(Accelerator.Kind.KVM, "KVM: a guest was ready after " + tookMs + " ms");
            }
            machine.kill();
            return new Accelerator(
                    Accelerator.Kind.TCG,
                    "emulation: " + DEVICE + " opens, but a guest under KVM was not ready within " + LIMIT.toSeconds()
                            + " s");
        } catch (IOException | FrameException e) {
            return new Accelerator(
                    Accelerator.Kind.TCG,
                    "emulation: " + DEVICE + " opens, but a guest under KVM does not run: "
                            + e.getMessage().replaceAll("\\s+", " "));
        }
    }

    private Optional<Accelerator> read(String bootId) throws IOException {
        if (!Files.isRegularFile(answerFile)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(answerFile);
        if (lines.size() != 3 || !lines.get(0).equals(bootId)) {
            return Optional.empty();
        }
        for (Accelerator.Kind kind : Accelerator.Kind.values()) {
            if (kind.name().equals(lines.get(1))) {
                return Optional.of(new Accelerator(kind, lines.get(2)));
            }
        }
        return Optional.empty();
    }

    private void write(String bootId, Accelerator found) throws IOException {
        Files.createDirectories(answerFile.getParent());
        Path partial = Files.createTempFile(answerFile.getParent(), "accelerator", ".partial");
        Files.writeString(
                partial, bootId + "\n" + found.kind() + "\n" + found.reason().replace('\n', ' ') + "\n");
        Files.move(partial, answerFile, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
