// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.VmException;

/**
 * The files in which a patched source differs from the source of the package. They are made in a directory of their own,
 * from copies of the few files that the patches touch, so that neither a source nor a build tree ever holds half a
 * patch.
 *
 * @param files path in the tree to the file with its new content; empty where the patches delete it
 */
record PatchedFiles(SortedMap<String, Optional<Path>> files) {
    /** Where sources of this project go. */
    private static final String OWN_DIRECTORY = "mm/pinfuzz";

    private static final Duration PATCH_LIMIT = Duration.ofMinutes(1);
    private static final Pattern NAMED = Pattern.compile("^(?:---|\\+\\+\\+) (\\S+)");
    private static final Pattern SAFE_PATH = Pattern.compile("(?!.*(^|/)\\.\\.?(/|$))[^/].*");

    PatchedFiles {
        files = new TreeMap<>(files);
    }

    /**
     * Copies sources and applies patches, none of it with fuzz.
     *
     * @param source the tree of the package
     * @param scratch an empty directory, in which the files stay
     * @throws VmException when a patch does not apply; the message names it, the files and the hunks
     */
    static PatchedFiles make(Path source, KernelInputs inputs, Path scratch) throws IOException, InterruptedException {
        SortedSet<String> touched = new TreeSet<>();
        for (Path own : inputs.sources()) {
            String path = OWN_DIRECTORY + "/" + own.getFileName();
            touched.add(path);
            copy(own, scratch.resolve(path));
        }
        for (Path patch : inputs.patches()) {
            for (String path : touchedBy(patch)) {
                if (touched.add(path) && Files.isRegularFile(source.resolve(path))) {
                    copy(source.resolve(path), scratch.resolve(path));
                }
            }
        }
        for (Path patch : inputs.patches()) {
            apply(patch, scratch);
        }
        SortedMap<String, Optional<Path>> files = new TreeMap<>();
        for (String path : touched) {
            files.put(path, Optional.of(scratch.resolve(path)).filter(Files::isRegularFile));
        }
        return new PatchedFiles(files);
    }

    private static void apply(Path patch, Path scratch) throws IOException, InterruptedException {
        Path log = scratch.resolve(".patch.log");
        HostCommand.Result result = new HostCommand(
                        List.of(
                                "patch",
                                "-p1",
                                "--fuzz=0",
                                "--forward",
                                "--batch",
                                "--no-backup-if-mismatch",
                                "--reject-file=-",
                                "-i",
                                patch.toString()),
                        scratch,
                        PATCH_LIMIT)
                .run(log);
        if (!result.succeeded()) {
            throw new VmException("applying the patch " + patch + " failed; the source is as it was:\n  "
                    + String.join("\n  ", explain(result.output()))
                    + "\nmake the patch again for this version of the source, or take it out of the kernel's entry in"
                    + " vm/kernels");
        }
    }

    /** What patch(1) said of hunks that failed, with the files that they are of; else all that it said. */
    private static List<String> explain(String output) {
        List<String> failed = new ArrayList<>();
        String file = "";
        for (String line : output.lines().toList()) {
            if (line.startsWith("patching file ") || line.startsWith("checking file ")) {
                file = line.substring(line.indexOf("file ") + "file ".length());
            } else if (line.contains("FAILED at")
                    || line.contains("previously applied")
                    || line.contains("malformed")) {
                failed.add(file.isEmpty() ? line : file + ": " + line);
            } else if (line.contains("can't find file to patch")) {
                failed.add("a file that it patches is not in this source");
            }
        }
        return failed.isEmpty() ? output.lines().toList() : failed;
    }

    /** The files that a patch names, without the first part of their paths, as with {@code -p1}. */
    private static SortedSet<String> touchedBy(Path patch) throws IOException {
        SortedSet<String> paths = new TreeSet<>();
        List<String> lines = Files.readAllLines(patch, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < lines.size(); i++) {
            Matcher named = NAMED.matcher(lines.get(i));
            if (!named.find() || named.group(1).equals("/dev/null") || !isHeader(lines, i)) {
                continue;
            }
            String path = named.group(1).substring(named.group(1).indexOf('/') + 1);
            if (!SAFE_PATH.matcher(path).matches()) {
                throw new VmException("reading the patch " + patch + " failed: line " + (i + 1) + " names " + path
                        + ", which is outside of the source");
            }
            paths.add(path);
        }
        if (paths.isEmpty()) {
            throw new VmException("reading the patch " + patch + " failed: it names no file; make it with diff -u");
        }
        return paths;
    }

    /** A removed line that begins with two dashes looks like a header; only headers come in pairs before a hunk. */
    private static boolean isHeader(List<String> lines, int i) {
        boolean old = lines.get(i).startsWith("--- ");
        int first = old ? i : i - 1;
        return first >= 0
                && first + 2 < lines.size()
                && lines.get(first).startsWith("--- ")
                && lines.get(first + 1).startsWith("+++ ")
                && lines.get(first + 2).startsWith("@@ ");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }
}
