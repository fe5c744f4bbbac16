// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.image.GuestImage;
import org.pinfuzz.vm.image.ImageBuilder;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.qemu.Accelerator;
import org.pinfuzz.vm.qemu.AcceleratorProbe;
import org.pinfuzz.vm.qemu.RunDirectories;
import org.pinfuzz.vm.qemu.VirtualMachine;
import org.pinfuzz.vm.wire.FrameException;

/**
 * Runs a static program as the only test of a guest that boots for it. Without agent: what a test proves must stand
 * without pinfuzz.
 */
public final class TestProgramGuests {
    /** How much is read of what a test or a console says. */
    private static final int MAX_TEXT_BYTES = 1 << 20;

    private static final Duration BUILD_LIMIT = Duration.ofMinutes(2);
    private static final List<String> FLAGS = List.of("-static", "-O1", "-g", "-Wall", "-Wextra", "-Werror");

    private final Installation installation;
    private final RunDirectories directories;
    private final ImageBuilder images;
    private final ProgressListener progress;

    /** @param directories where guests run, and with which tools */
    public TestProgramGuests(Installation installation, RunDirectories directories, ProgressListener progress) {
        this.installation = requireNonNull(installation, "installation is null");
        this.directories = requireNonNull(directories, "directories is null");
        this.images = new ImageBuilder(installation, directories.tools(), progress);
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * What came of a run.
     *
     * @param status the test's exit status; empty when a signal ended it, or the guest ended before it
     * @param output what the test printed
     * @param console what the kernel said
     * @param end what ended the run, for people: {@code exit 1}, {@code the guest ended before the test}
     */
    public record TestRun(Optional<Integer> status, String output, String console, String end) {
        public TestRun {
            requireNonNull(status, "status is null");
            requireNonNull(output, "output is null");
            requireNonNull(console, "console is null");
            requireNonNull(end, "end is null");
        }
    }

    /**
     * Compiles a C file into a static program beside it; warnings are errors.
     *
     * @param compiler {@code gcc} or {@code clang}
     * @param more directories of headers and other options
     * @throws VmException when it does not compile; the message has the compiler's last lines
     */
    public Path compile(String compiler, Path source, List<String> more) throws IOException, InterruptedException {
        String name = source.getFileName().toString().replaceFirst("\\.c$", "");
        List<String> command = new ArrayList<>(List.of(compiler));
        command.addAll(FLAGS);
        command.addAll(more);
        command.addAll(List.of("-o", name, source.getFileName().toString()));
        Path directory = source.toAbsolutePath().getParent();
        Path log = directory.resolve(name + "." + compiler + ".log");
        HostCommand.Result result = new HostCommand(command, directory, BUILD_LIMIT).run(directories.tools(), log);
        if (!result.succeeded()) {
            throw new VmException("compiling " + source + " failed: " + compiler + " ended with status "
                    + result.status() + "\n  " + result.lastLines() + "\nthe whole log is in " + log);
        }
        Files.deleteIfExists(log);
        return directory.resolve(name);
    }

    /**
     * Boots a guest for the test and waits until it has run it several times.
     *
     * @param runs how often
     * @param limit how long boot and runs may take
     * @return a run for each; fewer if the guest ended or was late, the last of which has no status then
     * @throws VmException when the guest cannot be made
     */
    public List<TestRun> run(Kernel kernel, GuestProfile profile, Path test, int runs, Duration limit) {
        GuestImage image = images.testImage(kernel, profile.instruments().module(), test, runs);
        Accelerator.Kind accelerator = new AcceleratorProbe(installation.cache(), directories)
                .known()
                .map(Accelerator::kind)
                .orElse(Accelerator.Kind.TCG);
        progress.progress("running " + test.getFileName() + " on " + kernel.release());
        try {
            directories.sweep();
            try (VirtualMachine machine = VirtualMachine.boot(profile.command(image, accelerator), directories)) {
                VirtualMachine.Reception end = machine.receive(System.nanoTime() + limit.toNanos());
                machine.kill();
                String console = text(machine.console());
                String late = end instanceof VirtualMachine.Reception.Nothing
                        ? String.format(Locale.ROOT, "not done within %d s", limit.toSeconds())
                        : "the guest ended before the test";
                return read(
                        text(machine.announcements()),
                        console,
                        Console.splats(console).stream().findFirst().orElse(late),
                        runs);
            }
        } catch (IOException | FrameException e) {
            throw new VmException(
                    "running " + test + " in a guest of " + kernel.release() + " failed: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VmException("running " + test + " was interrupted; run it again", e);
        }
    }

    /** @param unfinished what to say of a run that did not end */
    static List<TestRun> read(String said, String console, String unfinished, int runs) {
        List<TestRun> found = new ArrayList<>();
        StringBuilder output = new StringBuilder();
        for (String line : said.lines().toList()) {
            if (line.matches("(exit|killed) \\d{1,3}")) {
                Optional<Integer> status =
                        line.startsWith("exit") ? Optional.of(Integer.parseInt(line.substring(5))) : Optional.empty();
                found.add(new TestRun(status, output.toString(), console, line));
                output.setLength(0);
            } else if (line.equals("begin")) {
                // What came before is the firmware's.
                output.setLength(0);
            } else {
                output.append(line).append('\n');
            }
        }
        if (found.size() < runs) {
            found.add(new TestRun(Optional.empty(), output.toString(), console, unfinished));
        }
        return List.copyOf(found);
    }

    private static String text(Path file) throws IOException {
        try (var stream = Files.newInputStream(file)) {
            return new String(stream.readNBytes(MAX_TEXT_BYTES), StandardCharsets.UTF_8);
        }
    }
}
