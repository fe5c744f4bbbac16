// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinfuzz.vm.VmException;

/**
 * The directories that a build against a kernel's tree or headers reads: a tree that was built with {@code O=} goes back
 * to its sources, and a distribution's headers are spread over several packages. The references are links in a directory
 * itself and absolute names that its Makefile includes.
 */
final class LinkedDirectories {
    private static final Pattern INCLUDED = Pattern.compile("^-?include\\s+(/\\S+)$");

    /** What every system has there is no part of a kernel's tree. */
    private static final Set<Path> SYSTEM = Set.of(
            Path.of("/usr/bin"),
            Path.of("/usr/sbin"),
            Path.of("/usr/libexec"),
            Path.of("/usr/include"),
            Path.of("/bin"),
            Path.of("/sbin"),
            Path.of("/etc"),
            Path.of("/proc"),
            Path.of("/sys"),
            Path.of("/dev"),
            Path.of("/run"),
            Path.of("/usr/lib"),
            Path.of("/usr/lib64"),
            Path.of("/lib"),
            Path.of("/lib64"));

    /** Directories of the system's libraries hold some of kernels' beside: only these parents are the system's. */
    private static final Set<Path> LIBRARIES =
            Set.of(Path.of("/usr/lib"), Path.of("/usr/lib64"), Path.of("/lib"), Path.of("/lib64"));

    private LinkedDirectories() {}

    /** A directory and what it refers to, all under their real names. */
    static Set<Path> of(Path directory) {
        Set<Path> found = new LinkedHashSet<>();
        try {
            Deque<Path> open = new ArrayDeque<>(List.of(directory.toRealPath()));
            while (!open.isEmpty()) {
                Path next = open.remove();
                if (found.stream().noneMatch(next::startsWith)) {
                    found.add(next);
                    references(next).stream().filter(path -> !ofSystem(path)).forEach(open::add);
                }
            }
        } catch (IOException e) {
            throw new VmException("looking for what " + directory + " refers to failed: " + e, e);
        }
        return found;
    }

    private static Set<Path> references(Path directory) throws IOException {
        Set<Path> references = new LinkedHashSet<>();
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path link : entries.filter(Files::isSymbolicLink).sorted().toList()) {
                referred(link).ifPresent(references::add);
            }
        }
        Path makefile = directory.resolve("Makefile");
        if (Files.isRegularFile(makefile)) {
            for (String line : Files.readAllLines(makefile, StandardCharsets.ISO_8859_1)) {
                Matcher included = INCLUDED.matcher(line.strip());
                if (included.matches()) {
                    referred(Path.of(included.group(1))).ifPresent(references::add);
                }
            }
        }
        return references;
    }

    /** The directory that a name leads to, or that the file is in to which it leads. */
    private static Optional<Path> referred(Path name) throws IOException {
        if (!Files.exists(name)) {
            return Optional.empty();
        }
        Path real = name.toRealPath();
        return Optional.of(Files.isDirectory(real) ? real : real.getParent());
    }

    private static boolean ofSystem(Path path) {
        return SYSTEM.stream()
                .anyMatch(system -> system.startsWith(path) || path.startsWith(system) && !LIBRARIES.contains(system));
    }
}
