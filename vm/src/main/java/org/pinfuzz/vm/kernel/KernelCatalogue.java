// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.vm.VmException;

/**
 * The kernels that can be fetched or built, one JSON file each. Reading is strict: a field that is missing, unknown, empty or of
 * the wrong type is a problem, and all problems of a file are told at once.
 */
public final class KernelCatalogue {
    private static final String PACKAGES = "debian-packages";
    private static final String SOURCE = "debian-source";
    private static final Set<String> PACKAGES_FIELDS = Set.of("name", "title", "source", "abi", "flavour", "suites");
    private static final Set<String> SOURCE_FIELDS =
            Set.of("name", "title", "source", "package", "suites", "patches", "config", "sources");
    private static final Set<String> SUITE_FIELDS = Set.of("archive", "suite");
    /** What package names may be made of; a name also becomes a directory. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.+-]{0,62}");

    private static final Pattern SOURCE_PACKAGE = Pattern.compile("linux-source-[0-9]+\\.[0-9]+");
    /** A file of {@code kmod/}, and no path to elsewhere. */
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}");

    private static final Pattern ABI = Pattern.compile("[a-z0-9][a-z0-9.+*-]{0,62}");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final SortedMap<String, CatalogueKernel> kernels;

    private KernelCatalogue(SortedMap<String, CatalogueKernel> kernels) {
        this.kernels = kernels;
    }

    /**
     * Reads all {@code *.json} of a directory.
     *
     * @throws VmException when the directory cannot be read, holds no kernel, or a file has problems
     */
    public static KernelCatalogue read(Path directory) {
        List<Path> files;
        try (Stream<Path> listed = Files.list(directory)) {
            files = listed.filter(file -> file.getFileName().toString().endsWith(".json"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new VmException(
                    "reading the kernel catalogue in " + directory + " failed: " + FileFailure.reason(e), e);
        }
        if (files.isEmpty()) {
            throw new VmException("reading the kernel catalogue failed: " + directory + " holds no *.json file");
        }
        SortedMap<String, CatalogueKernel> kernels = new TreeMap<>();
        for (Path file : files) {
            CatalogueKernel kernel = readFile(file);
            kernels.put(kernel.name(), kernel);
        }
        return new KernelCatalogue(kernels);
    }

    /** All kernels, by name. */
    public List<CatalogueKernel> kernels() {
        return List.copyOf(kernels.values());
    }

    /**
     * The kernel of that name.
     *
     * @throws VmException when there is none; the message lists those that there are
     */
    public CatalogueKernel kernel(String name) {
        CatalogueKernel kernel = kernels.get(name);
        if (kernel == null) {
            throw new VmException("looking for the kernel " + name + " failed: the catalogue does not have it; it has "
                    + String.join(", ", kernels.keySet()));
        }
        return kernel;
    }

    private static CatalogueKernel readFile(Path file) {
        List<String> problems = new ArrayList<>();
        Optional<CatalogueKernel> kernel = Optional.empty();
        try {
            JsonNode root = MAPPER.readTree(Files.readString(file));
            kernel = parse(root, file.getFileName().toString(), problems);
        } catch (JsonProcessingException e) {
            problems.add(FileFailure.reason(e));
        } catch (IOException e) {
            problems.add("it cannot be read: " + FileFailure.reason(e));
        }
        if (!problems.isEmpty() || kernel.isEmpty()) {
            throw new VmException("reading the kernel " + file + " failed:\n  " + String.join("\n  ", problems)
                    + "\nmend the file, or remove it");
        }
        return kernel.get();
    }

    private static Optional<CatalogueKernel> parse(JsonNode root, String fileName, List<String> problems) {
        if (!root.isObject()) {
            problems.add("it is not a JSON object");
            return Optional.empty();
        }
        String source = text(root, "source", "", Pattern.compile(".*"), problems);
        if (!source.isEmpty() && !source.equals(PACKAGES) && !source.equals(SOURCE)) {
            problems.add("source is \"" + source + "\"; known are \"" + PACKAGES + "\", \"" + SOURCE + "\"");
        }
        boolean fromSource = source.equals(SOURCE);
        unknownFields(root, fromSource ? SOURCE_FIELDS : PACKAGES_FIELDS, "", problems);
        String name = text(root, "name", "", NAME, problems);
        if (!name.isEmpty() && !fileName.equals(name + ".json")) {
            problems.add("name is \"" + name + "\", so the file must be called " + name + ".json");
        }
        String title = text(root, "title", "", Pattern.compile(".{1,200}"), problems);
        return fromSource
                ? source(root, name, title, problems).map(CatalogueKernel.class::cast)
                : packages(root, name, title, problems).map(CatalogueKernel.class::cast);
    }

    private static Optional<DebianKernel> packages(JsonNode root, String name, String title, List<String> problems) {
        String abi = text(root, "abi", "", ABI, problems);
        String flavour = text(root, "flavour", "", NAME, problems);
        List<Suite> suites = suites(root, problems);
        return problems.isEmpty() ? Optional.of(new DebianKernel(name, title, abi, flavour, suites)) : Optional.empty();
    }

    private static Optional<SourceKernel> source(JsonNode root, String name, String title, List<String> problems) {
        String sourcePackage = text(root, "package", "", SOURCE_PACKAGE, problems);
        if (!sourcePackage.isEmpty() && !name.isEmpty()) {
            String ending = sourcePackage.substring(SourceKernel.PACKAGE_PREFIX.length() - 1);
            if (!name.endsWith(ending)) {
                problems.add(
                        "name is \"" + name + "\"; that of a kernel from " + sourcePackage + " must end in " + ending);
            }
        }
        List<Suite> suites = suites(root, problems);
        List<String> patches = names(root, "patches", problems);
        List<String> config = names(root, "config", problems);
        if (config.isEmpty() && root.path("config").isArray()) {
            problems.add("config must name at least one file of kmod/config");
        }
        List<String> sources = names(root, "sources", problems);
        return problems.isEmpty()
                ? Optional.of(new SourceKernel(name, title, sourcePackage, suites, patches, config, sources))
                : Optional.empty();
    }

    /** A list of names, none of them twice. */
    private static List<String> names(JsonNode root, String field, List<String> problems) {
        JsonNode listed = root.path(field);
        if (!listed.isArray()) {
            problems.add(field + (listed.isMissingNode() ? " is missing" : " is not a list but " + listed));
            return List.of();
        }
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < listed.size(); i++) {
            String where = field + "[" + i + "]";
            JsonNode name = listed.get(i);
            if (!name.isTextual() || !FILE.matcher(name.asText()).matches()) {
                problems.add(where + " is " + name + ", which is no text that matches " + FILE);
            } else if (!names.add(name.asText())) {
                problems.add(where + " is " + name + ", which is there already");
            }
        }
        return List.copyOf(names);
    }

    private static List<Suite> suites(JsonNode root, List<String> problems) {
        JsonNode listed = root.path("suites");
        if (!listed.isArray() || listed.isEmpty()) {
            problems.add("suites must be a list of at least one suite");
            return List.of();
        }
        List<Suite> suites = new ArrayList<>();
        for (int i = 0; i < listed.size(); i++) {
            JsonNode suite = listed.get(i);
            String where = "suites[" + i + "].";
            if (!suite.isObject()) {
                problems.add("suites[" + i + "] is not an object");
                continue;
            }
            unknownFields(suite, SUITE_FIELDS, where, problems);
            String archive = text(suite, "archive", where, NAME, problems);
            String name = text(suite, "suite", where, NAME, problems);
            Optional<Suite.Archive> known = Stream.of(Suite.Archive.values())
                    .filter(candidate -> candidate.text().equals(archive))
                    .findFirst();
            if (known.isPresent()) {
                suites.add(new Suite(known.get(), name));
            } else if (!archive.isEmpty()) {
                problems.add(where + "archive is \"" + archive + "\"; known are "
                        + Stream.of(Suite.Archive.values())
                                .map(Suite.Archive::text)
                                .collect(Collectors.joining(", ")));
            }
        }
        return suites;
    }

    private static void unknownFields(JsonNode node, Set<String> known, String where, List<String> problems) {
        Set<String> unknown = new TreeSet<>();
        node.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(known);
        unknown.forEach(field -> problems.add(where + field + " is unknown; known are "
                + known.stream().sorted().collect(Collectors.joining(", "))));
    }

    /** A text field; after a problem the empty text. */
    private static String text(JsonNode node, String field, String where, Pattern form, List<String> problems) {
        JsonNode value = node.get(field);
        if (value == null) {
            problems.add(where + field + " is missing");
        } else if (!value.isTextual()) {
            problems.add(where + field + " is not a text but " + value);
        } else if (!form.matcher(value.asText()).matches()) {
            problems.add(where + field + " is \"" + value.asText() + "\", which does not match " + form);
        } else {
            return value.asText();
        }
        return "";
    }
}
