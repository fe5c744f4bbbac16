// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Reads the system's package sources in both of their forms, deb822 ({@code *.sources}) and one line each
 * ({@code *.list}); the forms are those of sources.list(5). What cannot be understood is passed over: it is the
 * package manager's to complain.
 */
final class AptSourceReader {
    private AptSourceReader() {}

    /** All sources of binary packages in a configuration directory such as {@code /etc/apt}. */
    static List<AptSource> readDirectory(Path aptDirectory) throws IOException {
        List<Path> files = new ArrayList<>();
        files.add(aptDirectory.resolve("sources.list"));
        Path parts = aptDirectory.resolve("sources.list.d");
        if (Files.isDirectory(parts)) {
            try (Stream<Path> listed = Files.list(parts)) {
                listed.sorted().forEach(files::add);
            }
        }
        List<AptSource> sources = new ArrayList<>();
        for (Path file : files) {
            if (!Files.isReadable(file)) {
                continue;
            }
            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
            String name = file.getFileName().toString();
            if (name.endsWith(".sources")) {
                sources.addAll(readDeb822(text));
            } else if (name.endsWith(".list")) {
                sources.addAll(readLines(text));
            }
        }
        return sources;
    }

    static List<AptSource> readDeb822(String text) {
        List<AptSource> sources = new ArrayList<>();
        for (String stanza : text.split("\\R[ \\t]*\\R")) {
            Map<String, String> fields = deb822Fields(stanza);
            boolean enabled = !List.of("no", "false", "without", "off", "disable", "0")
                    .contains(fields.getOrDefault("enabled", "yes").toLowerCase(Locale.ROOT));
            if (enabled && words(fields.getOrDefault("types", "")).contains("deb")) {
                for (String uri : words(fields.getOrDefault("uris", ""))) {
                    sources.add(new AptSource(
                            uri,
                            words(fields.getOrDefault("suites", "")),
                            words(fields.getOrDefault("components", "")),
                            keyring(fields.getOrDefault("signed-by", ""))));
                }
            }
        }
        return sources;
    }

    private static Map<String, String> deb822Fields(String stanza) {
        Map<String, String> fields = new TreeMap<>();
        String field = "";
        for (String line : stanza.lines().toList()) {
            if (line.startsWith("#")) {
                continue;
            }
            if (line.startsWith(" ") || line.startsWith("\t")) {
                fields.merge(field, " " + line.strip(), String::concat);
            } else if (line.indexOf(':') > 0) {
                field = line.substring(0, line.indexOf(':')).strip().toLowerCase(Locale.ROOT);
                fields.put(field, line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return fields;
    }

    static List<AptSource> readLines(String text) {
        List<AptSource> sources = new ArrayList<>();
        for (String line : text.lines().toList()) {
            String entry = line.contains("#") ? line.substring(0, line.indexOf('#')) : line;
            entry = entry.strip();
            if (!entry.startsWith("deb ") && !entry.startsWith("deb\t") && !entry.startsWith("deb[")) {
                continue;
            }
            String rest = entry.substring(3).strip();
            String options = "";
            if (rest.startsWith("[")) {
                int end = rest.indexOf(']');
                if (end < 0) {
                    continue;
                }
                options = rest.substring(1, end);
                rest = rest.substring(end + 1).strip();
            }
            List<String> parts = words(rest);
            if (parts.size() >= 2) {
                String signedBy = words(options).stream()
                        .filter(option -> option.startsWith("signed-by="))
                        .map(option -> option.substring("signed-by=".length()))
                        .findFirst()
                        .orElse("");
                sources.add(new AptSource(
                        parts.get(0), List.of(parts.get(1)), parts.subList(2, parts.size()), keyring(signedBy)));
            }
        }
        return sources;
    }

    /** Keys may also be given by fingerprint or inline; only a file can be handed on. */
    private static Optional<Path> keyring(String signedBy) {
        List<String> parts = words(signedBy);
        return parts.size() == 1 && parts.get(0).startsWith("/")
                ? Optional.of(Path.of(parts.get(0)))
                : Optional.empty();
    }

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
