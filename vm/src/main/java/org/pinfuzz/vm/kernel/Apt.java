// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.VmException;

/**
 * The package manager with lists and sources of its own below one directory: it neither reads which packages this
 * system has nor changes anything of it. Signatures are checked as always.
 */
final class Apt {
    /** A slow line takes minutes for the lists (10 MB each) and for a kernel (40 MB). */
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final Path directory;
    private final String where;

    private Apt(Path directory, String where) {
        this.directory = directory;
        this.where = where;
    }

    /** Writes the configuration for the suites of a kernel below {@code directory}. */
    static Apt configure(Path directory, List<Suite> suites, Mirrors mirrors) throws IOException {
        for (String needed : List.of("state/lists/partial", "cache/archives/partial")) {
            Files.createDirectories(directory.resolve(needed));
        }
        StringBuilder sources = new StringBuilder();
        for (Suite suite : suites) {
            sources.append("deb [arch=amd64 signed-by=")
                    .append(mirrors.keyring())
                    .append("] ");
            sources.append(mirrors.address(suite.archive())).append(' ');
            sources.append(suite.suite()).append(" main\n");
        }
        Files.writeString(directory.resolve("sources.list"), sources);
        return new Apt(
                directory,
                "suites " + String.join(", ", suites.stream().map(Suite::suite).toList()) + " of " + mirrors.debian());
    }

    /** Downloads the lists of packages. */
    void update() throws IOException, InterruptedException {
        // Without this mode a list that cannot be had is a warning, and the old one is used.
        run("reading the package lists", directory, "apt-get", "-o", "APT::Update::Error-Mode=any", "update");
    }

    /** Names of all packages that start like this. */
    List<String> names(String prefix) throws IOException, InterruptedException {
        return output("apt-cache", "pkgnames", prefix).lines().sorted().toList();
    }

    /**
     * The fields of the newest version of a package; empty when there is none, as for names that other packages only
     * mention.
     */
    Map<String, String> fields(String packageName) throws IOException, InterruptedException {
        return parseFields(output("apt-cache", "show", "--no-all-versions", packageName));
    }

    static Map<String, String> parseFields(String stanza) {
        Map<String, String> fields = new TreeMap<>();
        for (String line : stanza.lines().takeWhile(line -> !line.isBlank()).toList()) {
            int colon = line.indexOf(": ");
            if (colon > 0 && !line.startsWith(" ")) {
                fields.put(line.substring(0, colon), line.substring(colon + 2).strip());
            }
        }
        return fields;
    }

    /** Downloads packages, each given as name=version, and answers their files. */
    List<Path> download(Path into, List<String> packages) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("apt-get", "download"));
        command.addAll(packages);
        run("downloading " + String.join(", ", packages), into, command.toArray(String[]::new));
        try (Stream<Path> files = Files.list(into)) {
            List<Path> debs = files.filter(file -> file.toString().endsWith(".deb"))
                    .sorted()
                    .toList();
            if (debs.size() != packages.size()) {
                throw new VmException("downloading " + String.join(", ", packages) + " brought " + debs.size()
                        + " files; delete " + directory + " and run it again");
            }
            return debs;
        }
    }

    private void run(String doing, Path workingDirectory, String... command) throws IOException, InterruptedException {
        Path log = directory.resolve(command[0] + ".log");
        HostCommand.Result result = new HostCommand(withOptions(command), workingDirectory, LIMIT).run(log);
        if (!result.succeeded()) {
            throw new VmException(doing + " from " + where + " failed: " + diagnose(result.output()) + "\n  "
                    + result.lastLines() + "\nthe whole output is in " + log);
        }
    }

    private String output(String... command) throws IOException, InterruptedException {
        return new HostCommand(withOptions(command), directory, LIMIT)
                .runForOutput()
                .output();
    }

    /** Options on the command line win over all of the system's configuration. */
    private List<String> withOptions(String... command) {
        List<String> arguments = new ArrayList<>();
        arguments.add(command[0]);
        for (String option : List.of(
                "Dir::Etc::sourcelist=" + directory.resolve("sources.list"),
                "Dir::Etc::sourceparts=/dev/null",
                "Dir::Etc::preferences=/dev/null",
                "Dir::Etc::preferencesparts=/dev/null",
                "Dir::State=" + directory.resolve("state"),
                "Dir::State::lists=" + directory.resolve("state/lists"),
                "Dir::State::status=/dev/null",
                "Dir::Cache=" + directory.resolve("cache"),
                "Acquire::Languages=none",
                "Acquire::AllowInsecureRepositories=false",
                "Acquire::Retries=2",
                // Root's apt would change to a user who cannot write into a private cache.
                "APT::Sandbox::User=root")) {
            arguments.add("-o");
            arguments.add(option);
        }
        arguments.addAll(List.of(command).subList(1, command.length));
        return arguments;
    }

    /** What the package manager's words mean, and what to do next. */
    static String diagnose(String output) {
        String text = output.toLowerCase(Locale.ROOT);
        if (containsAny(text, "no space left", "enough free space")) {
            return "the disk is full; make room and run it again";
        }
        if (containsAny(text, "nosplit", "nodata")) {
            return "what came is no signed list, so nothing of it is used; a network that wants a login answers so; check"
                    + " the network, or " + Mirrors.NAME_ANOTHER;
        }
        if (containsAny(
                text,
                "no_pubkey",
                "badsig",
                "expkeysig",
                "is not signed",
                "no longer signed",
                "couldn't be verified")) {
            return "a signature does not hold, so nothing of it is used; update the package debian-archive-keyring,"
                    + " or " + Mirrors.NAME_ANOTHER;
        }
        if (containsAny(
                text,
                "could not resolve",
                "temporary failure resolving",
                "could not connect",
                "connection refused",
                "connection timed out",
                "network is unreachable",
                "connection failed",
                "error reading from server")) {
            return "the mirror cannot be reached, or the connection breaks; check the network, or "
                    + Mirrors.NAME_ANOTHER;
        }
        if (containsAny(text, "does not have a release file", "404  not found", "no longer has a release file")) {
            return "the mirror does not have that suite; " + Mirrors.NAME_ANOTHER;
        }
        if (containsAny(text, "is expired", "is not valid yet")) {
            return "the mirror's lists are out of date, or this machine's clock is wrong";
        }
        if (containsAny(text, "hash sum mismatch", "unexpected size")) {
            return "a file is not what the signed lists say, so it is not used; the mirror may be in the middle of an"
                    + " update, try again, or " + Mirrors.NAME_ANOTHER;
        }
        if (containsAny(text, "unable to locate package", "can't find a source", "was not found")) {
            return "the mirror does not have that package";
        }
        return "the package manager says";
    }

    private static boolean containsAny(String text, String... parts) {
        for (String part : parts) {
            if (text.contains(part)) {
                return true;
            }
        }
        return false;
    }
}
