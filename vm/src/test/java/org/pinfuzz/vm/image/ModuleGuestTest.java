// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.CatalogueKernel;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelCatalogue;
import org.pinfuzz.vm.kernel.SourceKernel;
import org.pinfuzz.vm.kernel.TestKernels;
import org.pinfuzz.vm.pool.Instruments.Mempinfd;
import org.pinfuzz.vm.qemu.Accelerator;
import org.pinfuzz.vm.qemu.QemuCommand;
import org.pinfuzz.vm.qemu.RunDirectories;
import org.pinfuzz.vm.qemu.VirtualMachine;

/** Runs the programs of kmod/test as /init of a guest, on each kernel of the catalogue that is fetched. */
final class ModuleGuestTest {
    /** It takes 3 to 6 seconds under emulation; a machine that is busy with other things takes a multiple. */
    private static final Duration LIMIT = Duration.ofMinutes(4);

    private static final int BOOTS = 3;

    private static final Duration COMPILE_LIMIT = Duration.ofMinutes(2);
    private static final Pattern CASE = Pattern.compile("(not )?ok (\\d+) - \\w+( # SKIP .*)?");
    private static final Pattern SPLAT =
            Pattern.compile("WARNING: |BUG: |Oops|Call Trace|Kernel panic|general protection|Bad page|UBSAN");

    /** Of the review of mempinfd. */
    private static final int POINTS = 19;

    private static final Installation INSTALLATION = Installation.detect();

    static Stream<String> kernels() {
        return KernelCatalogue.read(INSTALLATION.kernelCatalogue()).kernels().stream()
                .map(CatalogueKernel::name);
    }

    static Stream<Arguments> kernelsAndEditions() {
        return kernels().flatMap(kernel -> Stream.of(Mempinfd.values()).map(edition -> Arguments.of(kernel, edition)));
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void theModuleKeepsItsInterface(String kernel, @TempDir Path directory) throws IOException, InterruptedException {
        List<String> cases = passedCases(kernel, "module_test.c", "", directory);

        assertThat(cases).filteredOn(line -> line.contains("# SKIP")).isEmpty();
    }

    /** Through the device, and through the system call of a kernel that has it. */
    @ParameterizedTest
    @MethodSource("kernelsAndEditions")
    void mempinfdDoesWhatItsEditionSaysOfEachPointOfItsReview(String kernel, Mempinfd edition, @TempDir Path directory)
            throws IOException, InterruptedException {
        List<String> cases = passedCases(kernel, "mempinfd_test.c", " mempinfd=" + edition.text(), directory);

        assertThat(cases)
                .filteredOn(line -> line.contains("# SKIP"))
                .allMatch(line -> line.endsWith("# SKIP the kernel runs no 32-bit programs"));
        assertThat(IntStream.rangeClosed(1, POINTS))
                .allMatch(point -> cases.stream()
                        .anyMatch(line -> line.contains(edition.text() + "_device_point_" + point + "_")));
        assertThat(cases.stream().anyMatch(line -> line.contains("_system_call_")))
                .as("whether the system call is there, in %s", cases)
                .isEqualTo(hasSystemCall(kernel));
    }

    private static boolean hasSystemCall(String kernel) {
        return KernelCatalogue.read(INSTALLATION.kernelCatalogue()).kernel(kernel) instanceof SourceKernel fromSource
                && fromSource.patches().contains("mempinfd");
    }

    /** The lines of a program's cases, none of which failed. */
    private static List<String> passedCases(String name, String program, String arguments, Path directory)
            throws IOException, InterruptedException {
        Kernel kernel = TestKernels.require(name);
        Path module = new ImageBuilder(INSTALLATION, ProgressListener.SILENT).module(kernel);
        Path initramfs = directory.resolve("initramfs.cpio");
        Files.write(
                initramfs,
                ImageBuilder.initramfs(
                        Files.readAllBytes(compiled(program, directory)),
                        Map.of("pinfuzz", Files.readAllBytes(module)),
                        Optional.empty()));

        String console = bootedConsole(new GuestImage(kernel, initramfs, true, "module-test"), arguments, directory);

        List<String> cases =
                console.lines().filter(line -> CASE.matcher(line).matches()).toList();
        // A case's findings are comments before it.
        assertThat(console.lines().filter(line -> line.startsWith("not ok") || line.startsWith("# line")))
                .isEmpty();
        assertThat(cases.stream().map(line -> line.split(" ")[1]))
                .as("numbers of the cases, in\n%s", console)
                .isNotEmpty()
                .containsExactlyElementsOf(IntStream.rangeClosed(1, cases.size())
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(console.lines()).contains("1.." + cases.size());
        assertThat(console.lines().filter(line -> SPLAT.matcher(line).find())).isEmpty();
        return cases;
    }

    private static Path compiled(String test, Path directory) throws IOException, InterruptedException {
        Path program = directory.resolve("init");
        Path source = INSTALLATION.moduleSources().resolve("test").resolve(test);
        HostCommand.Result result = new HostCommand(
                        List.of(
                                "gcc",
                                "-O2",
                                "-Wall",
                                "-Wextra",
                                "-Werror",
                                "-static",
                                "-pthread",
                                "-o",
                                program.toString(),
                                source.toString()),
                        directory,
                        COMPILE_LIMIT)
                .run(directory.resolve("gcc.log"));
        assertThat(result.status()).as(result.output()).isZero();
        return program;
    }

    /**
     * What a guest writes that came as far as its program. While it boots, the kernel patches its own code under a second
     * CPU, which under emulation rarely runs into a breakpoint that is gone already; such a guest is booted again.
     */
    private static String bootedConsole(GuestImage image, String arguments, Path directory)
            throws IOException, InterruptedException {
        String console = "";
        for (int boot = 0; boot < BOOTS; boot++) {
            console = console(image, arguments, Files.createDirectories(directory.resolve("boot-" + boot)));
            boolean began = console.lines().anyMatch(line -> CASE.matcher(line).matches());
            if (began || !console.contains("Oops: int3")) {
                return console;
            }
        }
        return console;
    }

    /** What a guest writes until it powers off. Two CPUs, so that racing calls really race. */
    private static String console(GuestImage image, String arguments, Path directory)
            throws IOException, InterruptedException {
        QemuCommand command = new QemuCommand(
                image,
                1024,
                2,
                0,
                2,
                "console=ttyS0 loglevel=5 panic=-1 nokaslr no_timer_check movablecore=512M" + arguments,
                Accelerator.Kind.TCG);
        RunDirectories runs = RunDirectories.in(directory.resolve("run"));
        try (VirtualMachine guest = VirtualMachine.boot(command, runs)) {
            Optional<Integer> status = guest.exitStatus(LIMIT);
            String console = Files.readString(guest.console(), StandardCharsets.ISO_8859_1)
                    .replace("\r", "");
            assertThat(status).as("exit status of QEMU, after\n%s", console).contains(0);
            return console;
        }
    }
}
