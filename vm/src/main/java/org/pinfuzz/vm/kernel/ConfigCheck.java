// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Compares a configuration with what was asked for: Kconfig drops lines without a word. */
final class ConfigCheck {
    private static final Pattern OPTION = Pattern.compile("\\s*(?:menu)?config\\s+([A-Za-z0-9_]+)\\s*");
    private static final Pattern DEPENDS = Pattern.compile("\\s+depends on (.+)");
    private static final Pattern END_OF_OPTION =
            Pattern.compile("\\s*(?:config|menuconfig|choice|endchoice|menu|endmenu|if|endif|source|comment)\\b.*");

    private ConfigCheck() {}

    /**
     * The lines that were not taken, each with what stands there instead and, as far as the source tells, why.
     *
     * @param tree the kernel's source
     * @param wanted the line that each option must have
     * @param config the configuration that was made
     */
    static List<String> refused(Path tree, SortedMap<String, String> wanted, Path config) throws IOException {
        Set<String> lines = Set.copyOf(Files.readAllLines(config, StandardCharsets.ISO_8859_1));
        SortedMap<String, String> missing = new TreeMap<>(wanted);
        missing.entrySet()
                .removeIf(entry -> lines.contains(entry.getValue())
                        // An option that is not there at all is off as well.
                        || (entry.getValue().startsWith("#")
                                && lines.stream()
                                        .noneMatch(line -> line.startsWith("CONFIG_" + entry.getKey() + "="))));
        if (missing.isEmpty()) {
            return List.of();
        }
        Map<String, List<String>> dependencies = dependencies(tree, missing.keySet());
        KernelConfig made = KernelConfig.read(config);
        List<String> refused = new ArrayList<>();
        missing.forEach((option, line) -> refused.add(line + ": " + reason(option, made, dependencies)));
        return refused;
    }

    private static String reason(String option, KernelConfig made, Map<String, List<String>> dependencies) {
        if (!dependencies.containsKey(option)) {
            return "this source has no such option";
        }
        Optional<String> value = made.value(option);
        String instead = value.map(set -> "it is " + set).orElse("it is not set");
        List<String> conditions = dependencies.get(option);
        return conditions.isEmpty() ? instead : instead + "; it depends on " + String.join(" and ", conditions);
    }

    /** The conditions of options, from all files that define any; an option that none defines has no entry. */
    private static Map<String, List<String>> dependencies(Path tree, Set<String> options) throws IOException {
        Map<String, List<String>> dependencies = new TreeMap<>();
        List<Path> files;
        try (Stream<Path> paths = Files.walk(tree)) {
            files = paths.filter(path -> path.getFileName().toString().startsWith("Kconfig"))
                    .filter(Files::isRegularFile)
                    .toList();
        }
        for (Path file : files) {
            String current = "";
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                Matcher option = OPTION.matcher(line);
                Matcher depends = DEPENDS.matcher(line);
                if (option.matches()) {
                    current = options.contains(option.group(1)) ? option.group(1) : "";
                    if (!current.isEmpty()) {
                        dependencies.computeIfAbsent(current, name -> new ArrayList<>());
                    }
                } else if (END_OF_OPTION.matcher(line).matches()) {
                    current = "";
                } else if (!current.isEmpty() && depends.matches()) {
                    dependencies.get(current).add("(" + depends.group(1).strip() + ")");
                }
            }
        }
        dependencies.replaceAll((name, conditions) -> List.copyOf(new TreeSet<>(conditions)));
        return dependencies;
    }
}
