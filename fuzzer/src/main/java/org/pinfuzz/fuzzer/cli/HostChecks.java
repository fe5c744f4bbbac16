// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.inspection.Inspection;
import org.pinfuzz.vm.inspection.ToolStatus;

/** Looks for the programs and files of this machine that pinfuzz uses, and for room in its cache. */
final class HostChecks {
    /** Three kernels take 0.5 GB, eight saved guests 0.8 GB, downloads 0.1 GB. */
    static final long LEAST_FREE_MIB = 1536;

    private static final Duration VERSION_LIMIT = Duration.ofSeconds(30);
    private static final Path ROOT = Path.of("/");
    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");

    private HostChecks() {}

    private static final ToolStatus MAVEN = new ToolStatus("mvn", "maven", "building pinfuzz", new HostTools());

    static Check jdk() {
        Path home = Path.of(System.getProperty("java.home"));
        String version = Runtime.version() + " in " + home;
        return Files.isExecutable(home.resolve("bin").resolve("javac"))
                ? Check.ok("JDK", version)
                : Check.missing("JDK", version + " has no javac", install("default-jdk-headless"));
    }

    /** @param tools what guests run in and are built with */
    static List<Check> tools(Toolbox tools) throws InterruptedException {
        List<Check> checks = new ArrayList<>();
        checks.add(tool(MAVEN));
        for (ToolStatus status : Inspection.tools(tools)) {
            checks.add(tool(status));
        }
        return checks;
    }

    private static Check tool(ToolStatus status) throws InterruptedException {
        boolean here = status.place() instanceof HostTools;
        if (!status.present()) {
            return Check.missing(
                    status.program(),
                    "not there; needed for " + status.neededFor()
                            + (here ? "" : "; " + status.place().missing(status.program(), status.debianPackage())),
                    here ? install(status.debianPackage()) : "");
        }
        try {
            return Check.ok(status.program(), version(status.program(), status.place()));
        } catch (IOException | VmException e) {
            return Check.missing(
                    status.program(),
                    "there, but does not run: " + e.getMessage(),
                    "export PATH=$PATH:/usr/sbin:/usr/bin");
        }
    }

    private static String version(String program, Toolbox place) throws IOException, InterruptedException {
        HostCommand.Result result =
                new HostCommand(List.of(program, "--version"), ROOT, VERSION_LIMIT).runForOutput(place);
        // Maven colours what it prints even where there is no terminal.
        return COLOUR.matcher(result.output())
                .replaceAll("")
                .lines()
                .findFirst()
                .orElse("there")
                .strip();
    }

    /** Files that no program of their own stands for. */
    static List<Check> libraries() throws IOException {
        return List.of(
                Files.isRegularFile(Path.of("/usr/include/stdio.h"))
                        ? Check.ok("libc headers", "/usr/include/stdio.h")
                        : Check.missing(
                                "libc headers", "not there; needed for building reproducers", install("libc6-dev")),
                libelf()
                        ? Check.ok("libelf", "there")
                        : Check.missing("libelf", "not there; needed for building the module", install("libelf1")));
    }

    private static boolean libelf() throws IOException {
        for (Path directory : List.of(Path.of("/usr/lib"), Path.of("/usr/lib64"))) {
            if (Files.isDirectory(directory)) {
                try (Stream<Path> files = Files.find(
                        directory,
                        2,
                        (file, attributes) -> file.getFileName().toString().equals("libelf.so.1"))) {
                    if (files.findAny().isPresent()) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Whether the cache can be written and has room. */
    static Check cache(Path cache) {
        try {
            Files.createDirectories(cache);
            if (!Files.isWritable(cache)) {
                return Check.missing("cache", cache + " may not be written by this user", "set PINFUZZ_CACHE");
            }
            long freeMib = Files.getFileStore(cache).getUsableSpace() >> 20;
            String state = cache + ", " + freeMib + " MiB free";
            return freeMib >= LEAST_FREE_MIB
                    ? Check.ok("cache", state)
                    : Check.missing(
                            "cache",
                            state + "; kernels and saved guests take up to " + LEAST_FREE_MIB,
                            "make room, or set PINFUZZ_CACHE to a directory on another disk");
        } catch (IOException e) {
            return Check.missing(
                    "cache",
                    cache + " cannot be used: " + FileFailure.reason(e),
                    "set PINFUZZ_CACHE to a directory that can be written");
        }
    }

    private static String install(String debianPackage) {
        boolean root = "root".equals(System.getProperty("user.name"));
        return (root ? "" : "sudo ") + "apt-get install --no-install-recommends " + debianPackage;
    }
}
