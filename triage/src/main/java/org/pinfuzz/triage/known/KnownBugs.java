// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.known;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.InputFile;
import org.pinfuzz.generators.invariant.Invariants;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.model.PageKind;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Program;

/**
 * The catalogue of known bugs, one JSON file each, described in {@code docs/known-bugs.md}. Reading is strict: what is
 * missing, unknown or of the wrong type is a problem, and all problems of all files are told at once.
 */
public final class KnownBugs {
    public static final String FORMAT = "pinfuzz-known-bug";
    public static final int VERSION = 1;
    /** No catalogue: nothing is known, and nothing is said. */
    public static final KnownBugs NONE = new KnownBugs(List.of());

    private static final String SUFFIX = ".json";
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{12,40}");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final List<String> PAGE_KINDS = Stream.of(PageKind.values())
            .map(kind -> kind.name().toLowerCase(Locale.ROOT))
            .toList();

    private static final List<String> PIN_MODES = Stream.of(PinMode.By.values())
            .flatMap(by -> Stream.of(true, false)
                    .flatMap(write -> Stream.of(true, false).map(term -> new PinMode(by, write, term).text())))
            .toList();

    private final List<KnownBug> bugs;

    private KnownBugs(List<KnownBug> bugs) {
        this.bugs = List.copyOf(bugs);
    }

    /**
     * Reads all {@code *.json} of a directory.
     *
     * @throws StoreException if the directory cannot be read, or with every problem of every file and its place
     */
    public static KnownBugs read(Path directory) {
        List<Path> files;
        try {
            files = InputFile.list(directory, SUFFIX);
        } catch (IOException e) {
            throw new StoreException("listing the known bugs of " + directory + " failed", e);
        }
        List<KnownBug> bugs = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Path file : files) {
            Reader reader = new Reader(file, problems);
            reader.read().ifPresent(bugs::add);
        }
        if (!problems.isEmpty()) {
            throw new StoreException("reading the known bugs failed:\n  " + String.join("\n  ", problems)
                    + "\nmend these files; docs/known-bugs.md says how they are written");
        }
        return new KnownBugs(bugs);
    }

    /** All of them, in the order of their names. */
    public List<KnownBug> all() {
        return bugs;
    }

    /**
     * Which known bugs explain a violation.
     *
     * @param violation what the shrunk program breaks
     * @param shrunk the shrunk program
     * @param release the kernel's release text; one without a version has no known bug
     */
    public Attribution attribute(Violation violation, Program shrunk, String release) {
        requireNonNull(violation, "violation is null");
        List<KnownBug> alike =
                bugs.stream().filter(bug -> bug.looksLike(violation, shrunk)).toList();
        Optional<KernelVersion> kernel = version(release);
        List<KnownBug> matches = alike.stream()
                .filter(bug -> kernel.map(bug::isIn).orElse(false))
                .toList();
        return new Attribution(
                matches, alike.stream().filter(bug -> !matches.contains(bug)).toList(), bugs.size());
    }

    private static Optional<KernelVersion> version(String release) {
        try {
            return Optional.of(KernelVersion.parse(release));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Reads one file; problems are noted with their place in it. */
    private record Reader(Path file, List<String> problems) {
        Optional<KnownBug> read() {
            int before = problems.size();
            try {
                JsonNode root = MAPPER.readTree(InputFile.read(file));
                Optional<KnownBug> bug = root.isObject() ? parse(root) : Optional.empty();
                if (!root.isObject()) {
                    problem("", "it is not a JSON object");
                }
                return problems.size() == before ? bug : Optional.empty();
            } catch (IOException e) {
                problem("", FileFailure.reason(e));
                return Optional.empty();
            }
        }

        private Optional<KnownBug> parse(JsonNode root) {
            only(root, "", Set.of("format", "version", "id", "title", "pattern", "versions", "commits", "source"));
            if (!FORMAT.equals(root.path("format").asText())
                    || root.path("version").asInt() != VERSION) {
                problem("", "it is not " + FORMAT + " version " + VERSION);
                return Optional.empty();
            }
            String id = text(root, "id", "");
            if (!(id + SUFFIX).equals(file.getFileName().toString())) {
                problem("id", "\"" + id + "\" is not the file's name");
            }
            JsonNode pattern = object(root, "pattern");
            only(pattern, "pattern.", Set.of("invariants", "page_kinds", "pin_modes", "operations"));
            List<String> invariants = texts(pattern, "invariants", "pattern.", true);
            for (String invariant : invariants) {
                if (Invariants.named(invariant).isEmpty()) {
                    problem("pattern.invariants", "there is no invariant \"" + invariant + "\"");
                }
            }
            List<String> kinds = texts(pattern, "page_kinds", "pattern.", false);
            known(kinds, "pattern.page_kinds", PAGE_KINDS);
            List<String> modes = texts(pattern, "pin_modes", "pattern.", false);
            known(modes, "pattern.pin_modes", PIN_MODES);
            JsonNode versions = object(root, "versions");
            only(versions, "versions.", Set.of("from", "until"));
            Optional<KernelVersion> from =
                    versions.has("from") ? version(versions, "from") : Optional.<KernelVersion>empty();
            Optional<KernelVersion> until = version(versions, "until");
            if (from.isPresent() && until.filter(from.get()::atLeast).isPresent()) {
                problem("versions", "\"until\" is not after \"from\"");
            }
            List<String> commits = texts(root, "commits", "", true);
            for (String commit : commits) {
                if (!COMMIT.matcher(commit).matches()) {
                    problem("commits", "\"" + commit + "\" is no commit of 12 to 40 hexadecimal digits");
                }
            }
            String title = text(root, "title", "");
            String source = text(root, "source", "");
            List<KnownBug.Occurrence> operations = occurrences(pattern);
            return until.map(fixed ->
                    new KnownBug(id, title, invariants, kinds, modes, operations, from, fixed, commits, source));
        }

        private List<KnownBug.Occurrence> occurrences(JsonNode pattern) {
            List<KnownBug.Occurrence> occurrences = new ArrayList<>();
            JsonNode list = pattern.path("operations");
            if (!list.isMissingNode() && !list.isArray()) {
                problem("pattern.operations", "it is no list");
            }
            for (int i = 0; i < list.size(); i++) {
                occurrence(list.get(i), "pattern.operations[" + i + "]").ifPresent(occurrences::add);
            }
            return occurrences;
        }

        private Optional<KnownBug.Occurrence> occurrence(JsonNode node, String place) {
            String name = node.path("operation").asText();
            Optional<Operation> operation = Operations.named(name);
            if (operation.isEmpty()) {
                problem(place, "there is no operation \"" + name + "\"");
                return Optional.empty();
            }
            Map<String, String> constants = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                String constant = field.getValue().asText();
                if (field.getKey().equals("operation")) {
                    continue;
                }
                boolean there = operation.get().parameters().stream()
                        .anyMatch(parameter -> parameter.name().equals(field.getKey())
                                && parameter instanceof Parameter.Choice choice
                                && choice.constants().contains(constant));
                if (!there) {
                    problem(place, name + " has no parameter " + field.getKey() + " that can be \"" + constant + "\"");
                }
                constants.put(field.getKey(), constant);
            }
            return Optional.of(new KnownBug.Occurrence(name, constants));
        }

        private void known(List<String> texts, String place, List<String> possible) {
            for (String text : texts) {
                if (!possible.contains(text)) {
                    problem(place, "there is no \"" + text + "\"; there are " + String.join(", ", possible));
                }
            }
        }

        private Optional<KernelVersion> version(JsonNode node, String name) {
            try {
                return Optional.of(KernelVersion.parse(node.path(name).asText()));
            } catch (IllegalArgumentException e) {
                problem("versions." + name, String.valueOf(e.getMessage()));
                return Optional.empty();
            }
        }

        private JsonNode object(JsonNode root, String name) {
            if (!root.path(name).isObject()) {
                problem(name, "it is no object");
            }
            return root.path(name);
        }

        private String text(JsonNode node, String name, String prefix) {
            String text = node.path(name).isTextual() ? node.path(name).textValue() : "";
            if (text.isBlank()) {
                problem(prefix + name, "it is no text");
            }
            return text;
        }

        private List<String> texts(JsonNode node, String name, String prefix, boolean required) {
            JsonNode list = node.path(name);
            List<String> texts = new ArrayList<>();
            list.forEach(element -> texts.add(element.isTextual() ? element.textValue() : ""));
            boolean missing = list.isMissingNode() && !required;
            if (!missing && (!list.isArray() || list.isEmpty() || texts.contains(""))) {
                problem(prefix + name, "it is no list of texts with something in it");
            }
            return texts;
        }

        private void only(JsonNode node, String prefix, Set<String> fields) {
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                if (!fields.contains(field.getKey())) {
                    problem(prefix + field.getKey(), "there is no such field");
                }
            }
        }

        private void problem(String place, String what) {
            problems.add(file + (place.isEmpty() ? "" : ", " + place) + ": " + what);
        }
    }
}
