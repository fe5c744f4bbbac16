// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.Digest;
import org.pinfuzz.vm.VmException;

/**
 * All that goes into a kernel built here besides its source package.
 *
 * @param localVersion what its release ends in
 * @param patches their files, in the order in which they apply
 * @param sources files that are put into the tree
 * @param configNames the files that the configuration is put together from
 * @param options for each option that the configuration is about, the line that it must have there
 * @param compiler what the compiler says of itself
 */
record KernelInputs(
        String localVersion,
        List<Path> patches,
        List<Path> sources,
        List<String> configNames,
        SortedMap<String, String> options,
        String compiler) {
    /** Changes whenever the way of building does, so that what was built otherwise is not taken for the same. */
    private static final String BUILD = "1";

    private static final Pattern SET = Pattern.compile("CONFIG_([A-Za-z0-9_]+)=(.+)");
    private static final Pattern UNSET = Pattern.compile("# CONFIG_([A-Za-z0-9_]+) is not set");

    KernelInputs {
        patches = List.copyOf(patches);
        sources = List.copyOf(sources);
        configNames = List.copyOf(configNames);
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
    }

    /**
     * The inputs of a kernel as this checkout has them now.
     *
     * @param kmod the directory with sources, {@code patches/} and {@code config/}
     * @throws VmException when files are missing or a line of a configuration is none; all problems at once
     */
    static KernelInputs read(SourceKernel kernel, Path kmod, String compiler) {
        List<String> problems = new ArrayList<>();
        List<Path> patches = existing(
                kmod.resolve("patches").resolve(kernel.version()), kernel.patches(), ".patch", "patch", problems);
        List<Path> sources = existing(kmod, kernel.sources(), "", "source", problems);
        SortedMap<String, String> options = new TreeMap<>();
        for (Path fragment : existing(kmod.resolve("config"), kernel.config(), ".config", "configuration", problems)) {
            readFragment(fragment, options, problems);
        }
        if (!problems.isEmpty()) {
            throw new VmException("reading what the kernel " + kernel.name() + " is made of failed:\n  "
                    + String.join("\n  ", problems) + "\nmend these files, or vm/kernels/" + kernel.name() + ".json");
        }
        return new KernelInputs(kernel.localVersion(), patches, sources, kernel.config(), options, compiler);
    }

    private static List<Path> existing(
            Path directory, List<String> names, String ending, String what, List<String> problems) {
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            Path file = directory.resolve(name + ending);
            if (Files.isRegularFile(file)) {
                files.add(file);
            } else {
                problems.add("the " + what + " " + name + " is not there: " + file);
            }
        }
        return files;
    }

    private static void readFragment(Path fragment, Map<String, String> options, List<String> problems) {
        try {
            List<String> lines = Files.readAllLines(fragment);
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i).strip();
                Matcher set = SET.matcher(line);
                Matcher unset = UNSET.matcher(line);
                if (set.matches()) {
                    options.put(set.group(1), set.group(2).equals("n") ? notSet(set.group(1)) : line);
                } else if (unset.matches()) {
                    options.put(unset.group(1), line);
                } else if (!line.isEmpty() && !line.startsWith("#")) {
                    problems.add(fragment + ":" + (i + 1) + " is neither CONFIG_X=… nor a comment: " + line);
                }
            }
        } catch (IOException e) {
            problems.add(fragment + " cannot be read: " + FileFailure.reason(e));
        }
    }

    static String notSet(String option) {
        return "# CONFIG_" + option + " is not set";
    }

    /** The configuration that is asked for, as {@code KCONFIG_ALLCONFIG} takes it. */
    String configText() {
        return String.join("\n", options.values()) + "\n";
    }

    /**
     * Key of what one build tree is used for: one source, one compiler, one list of configurations. What stands in these
     * may change, kbuild sees which files that concerns.
     */
    String treeKey(String packageVersion) {
        return new Digest()
                .add(BUILD)
                .add(packageVersion)
                .add(String.join(" ", configNames))
                .add(compiler)
                .key();
    }

    /** Key of the kernel: no two that could differ have the same. */
    String key(String packageVersion) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Path patch : patches) {
            files.put("patch " + patch.getFileName(), content(patch));
        }
        for (Path source : sources) {
            files.put("source " + source.getFileName(), content(source));
        }
        Digest digest =
                new Digest().add(treeKey(packageVersion)).add(configText()).add(localVersion);
        files.forEach((name, bytes) -> digest.add(name).add(bytes));
        return digest.key();
    }

    private static byte[] content(Path file) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new VmException("reading " + file + " failed: it went away while a kernel was looked for", e);
        }
    }
}
