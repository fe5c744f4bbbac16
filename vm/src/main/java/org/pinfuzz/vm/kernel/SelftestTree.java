// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;

/**
 * The selftests of the newest kernel source that is here, to build one more of {@code mm/} with the kernel's own Makefile.
 * The source itself stays as it is: what is needed of it is copied.
 */
public final class SelftestTree {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Path SELFTESTS = Path.of("tools", "testing", "selftests");
    /** What the Makefile of mm/ includes, and what the headers that it adds include. */
    private static final List<Path> NEEDED = List.of(
            SELFTESTS.resolve("kselftest.h"),
            SELFTESTS.resolve("kselftest_harness.h"),
            SELFTESTS.resolve("lib.mk"),
            SELFTESTS.resolve("mm"),
            Path.of("tools", "include"),
            Path.of("tools", "arch", "x86", "include"),
            Path.of("tools", "scripts"),
            Path.of("mm", "gup_test.h"),
            Path.of("scripts", "subarch.include"));

    /** What tools/include lacks or has in part, and `make headers` would put into usr/include. */
    private static final List<String> HEADERS = List.of("types.h", "stddef.h", "posix_types.h");

    private static final Path SYSTEM_HEADERS = Path.of("/usr/include/linux");

    private final Installation installation;
    private final Toolbox tools;

    public SelftestTree(Installation installation, Toolbox tools) {
        this.installation = requireNonNull(installation, "installation is null");
        this.tools = requireNonNull(tools, "tools is null");
    }

    /**
     * Builds a test, statically, beside its source.
     *
     * @throws VmException when no kernel source is here, or the test does not build
     */
    public Path build(Path source) throws IOException, InterruptedException {
        String name = source.getFileName().toString().replaceFirst("\\.c$", "");
        Path tree = Files.createTempDirectory(source.toAbsolutePath().getParent(), "selftests");
        try {
            Path from = sources();
            for (Path needed : NEEDED) {
                copy(from.resolve(needed), tree.resolve(needed));
            }
            for (String header : HEADERS) {
                copy(
                        SYSTEM_HEADERS.resolve(header),
                        tree.resolve("usr/include/linux").resolve(header));
            }
            Path directory = tree.resolve(SELFTESTS).resolve("mm");
            Files.copy(source, directory.resolve(name + ".c"));
            Path makefile = directory.resolve("Makefile");
            String text = Files.readString(makefile);
            Files.writeString(
                    makefile, text.replaceFirst("(?m)^(TEST_GEN_FILES = .*)$", "$1\nTEST_GEN_FILES += " + name));
            Path built = Files.createDirectories(tree.resolve("out")).resolve(name);
            List<String> command =
                    List.of("make", "ARCH=x86_64", "OUTPUT=" + built.getParent(), "LDFLAGS=-static", built.toString());
            Path log = tree.resolve("log");
            HostCommand.Result result = new HostCommand(command, directory, LIMIT).run(tools, log);
            if (!result.succeeded() || !Files.isRegularFile(built)) {
                throw new VmException(
                        "building " + source + " in the kernel's selftests failed:\n  " + result.lastLines());
            }
            if (result.output().lines().anyMatch(line -> line.startsWith(name + ".c:") && line.contains("warning:"))) {
                throw new VmException(
                        "building " + source + " in the kernel's selftests gave warnings:\n  " + result.lastLines());
            }
            return Files.move(built, source.toAbsolutePath().resolveSibling(name));
        } finally {
            CachedDirectory.deleteTree(tree);
        }
    }

    private Path sources() throws IOException {
        Path all = installation.cache().resolve("kernel-sources");
        List<Path> found = new ArrayList<>();
        if (Files.isDirectory(all)) {
            try (Stream<Path> listed = Files.list(all)) {
                listed.filter(path -> Files.isDirectory(path.resolve(SELFTESTS).resolve("mm")))
                        .sorted()
                        .forEach(found::add);
            }
        }
        if (found.isEmpty()) {
            throw new VmException("looking for a kernel's source failed: there is none in " + all
                    + "; `pinfuzz kernels build pin-6.12` fetches one");
        }
        return found.get(0);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (Files.isRegularFile(file)) {
                    Files.copy(file, target);
                }
            }
        }
    }
}
