// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.VmException;

/** What of this machine a kernel's build needs. */
final class BuildTools {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    /** Programs and the packages that have them. */
    private static final Map<String, String> PROGRAMS = programs();

    private BuildTools() {}

    private static Map<String, String> programs() {
        Map<String, String> programs = new LinkedHashMap<>();
        programs.put("gcc", "gcc");
        programs.put("make", "make");
        programs.put("flex", "flex");
        programs.put("bison", "bison");
        programs.put("bc", "bc");
        programs.put("patch", "patch");
        programs.put("tar", "tar");
        programs.put("xz", "xz-utils");
        programs.put("setpriv", "util-linux");
        return programs;
    }

    /**
     * Fails when programs or headers are missing.
     *
     * @throws VmException with the packages that have them
     */
    static void require(String kernel) throws IOException, InterruptedException {
        SortedSet<String> missing = new TreeSet<>();
        SortedSet<String> packages = new TreeSet<>();
        PROGRAMS.forEach((program, debianPackage) -> {
            if (!HostCommand.available(program)) {
                missing.add(program);
                packages.add(debianPackage);
            }
        });
        if (!missing.contains("gcc")) {
            requireWorking(kernel);
            // objtool reads object files through this library; host programs need the headers of libc.
            requireHeader("gelf.h", "libelf-dev", missing, packages);
            requireHeader("stdio.h", "libc6-dev", missing, packages);
        }
        if (!missing.isEmpty()) {
            throw new VmException("building the kernel " + kernel + " failed: this machine has no "
                    + String.join(", no ", missing) + "; install them: apt-get install --no-install-recommends "
                    + String.join(" ", packages));
        }
    }

    /** A compiler that does not work at all would be told as headers that are missing. */
    private static void requireWorking(String kernel) throws IOException, InterruptedException {
        HostCommand.Result empty =
                new HostCommand(List.of("gcc", "-E", "-x", "c", "/dev/null"), Path.of("/"), LIMIT).runForOutput();
        if (!empty.succeeded()) {
            throw new VmException("building the kernel " + kernel + " failed: the gcc that comes first in PATH does not"
                    + " work, it ends with status " + empty.status() + " on an empty file; install gcc again, or take"
                    + " that one out of PATH");
        }
    }

    private static void requireHeader(
            String header, String debianPackage, SortedSet<String> missing, SortedSet<String> packages)
            throws IOException, InterruptedException {
        List<String> command = List.of("gcc", "-E", "-include", header, "-x", "c", "/dev/null");
        if (!new HostCommand(command, Path.of("/"), LIMIT).runForOutput().succeeded()) {
            missing.add(header);
            packages.add(debianPackage);
        }
    }

    /**
     * Fails when the compiler is older than the source asks for.
     *
     * @param version of this machine's gcc
     * @param source the kernel's source, which says what it needs
     */
    static void requireCompiler(String version, Path source) throws IOException, InterruptedException {
        Path script = source.resolve("scripts/min-tool-version.sh");
        if (!Files.isRegularFile(script)) {
            return;
        }
        String least = new HostCommand(List.of("sh", script.toString(), "gcc"), source, LIMIT)
                .runForOutput()
                .output()
                .strip();
        if (ReleaseOrder.INSTANCE.compare(version, least) < 0) {
            throw new VmException("building a kernel from " + source.getFileName() + " failed: gcc is "
                    + (version.isEmpty() ? "of a version that it does not tell" : version)
                    + ", and this source needs " + least + " or newer; install a newer gcc");
        }
    }
}
