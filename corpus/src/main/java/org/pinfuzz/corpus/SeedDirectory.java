// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.FormatCheck;
import org.pinfuzz.generators.failure.InputFile;
import org.pinfuzz.generators.invariant.Invariants;
import org.pinfuzz.generators.program.ProgramFormatException;
import org.pinfuzz.generators.program.ProgramJson;

/** Reads a directory of seeds; the format is described in {@code docs/formats/corpus.md}. */
public final class SeedDirectory {
    public static final String FORMAT = "pinfuzz-seed";
    public static final int VERSION = 1;

    private static final String SUFFIX = ".json";
    private static final Set<String> FIELDS =
            Set.of("format", "version", "sentence", "expect", "profile", "race", "program");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path directory;
    private final ProgramJson programs;

    /** @param programs reads the programs */
    public SeedDirectory(Path directory, ProgramJson programs) {
        this.directory = requireNonNull(directory, "directory is null");
        this.programs = requireNonNull(programs, "programs is null");
    }

    /**
     * All seeds, in the order of their names.
     *
     * @throws StoreException if there is no such directory, or with every problem of every file
     */
    public List<Seed> readAll() {
        List<Path> files;
        try {
            files = InputFile.list(directory, SUFFIX);
        } catch (IOException e) {
            throw new StoreException("listing the seeds of " + directory + " failed", e);
        }
        List<Seed> seeds = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (Path file : files) {
            try {
                seeds.add(read(file));
            } catch (StoreException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        if (!problems.isEmpty()) {
            throw new StoreException(String.join("\n", problems)
                    + "\nmend these seeds; docs/formats/corpus.md says how they are written");
        }
        return List.copyOf(seeds);
    }

    private Seed read(Path file) {
        try {
            String name = file.getFileName().toString();
            return parse(
                    InputFile.read(file),
                    file.toString(),
                    name.substring(0, name.length() - SUFFIX.length()),
                    programs);
        } catch (IOException e) {
            throw new StoreException("reading " + file + " failed", e);
        }
    }

    /**
     * Reads a seed.
     *
     * @param origin where it came from, for the error
     * @param name the seed's name
     * @throws StoreException if it is no seed of this version
     */
    public static Seed parse(String text, String origin, String name, ProgramJson programs) {
        try {
            JsonNode root = MAPPER.readTree(text);
            FormatCheck.require(root, FORMAT, VERSION);
            for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
                String field = names.next();
                if (!FIELDS.contains(field)) {
                    throw wrong(origin, "there is no field \"" + FormatCheck.shortened(field) + "\" in a seed");
                }
            }
            String sentence = FormatCheck.text(root, "sentence", "");
            if (sentence.isBlank()) {
                throw wrong(origin, "\"sentence\" does not say what the seed tests");
            }
            if (root.has("race") && !root.path("race").isBoolean()) {
                throw wrong(origin, "\"race\" is neither true nor false");
            }
            return new Seed(
                    name,
                    sentence,
                    programs.fromJson(root.path("program"), origin),
                    expectations(root.path("expect"), origin),
                    FormatCheck.text(root, "profile", Seed.DEFAULT_PROFILE),
                    root.path("race").asBoolean());
        } catch (JsonProcessingException e) {
            throw wrong(origin, FileFailure.reason(e));
        } catch (IllegalArgumentException e) {
            throw wrong(origin, String.valueOf(e.getMessage()));
        } catch (ProgramFormatException e) {
            throw new StoreException(String.valueOf(e.getMessage()));
        }
    }

    private static Map<String, List<String>> expectations(JsonNode node, String origin) {
        if (!node.isObject() || node.isEmpty()) {
            throw wrong(origin, "\"expect\" names nothing that the seed runs on");
        }
        Map<String, List<String>> expectations = new TreeMap<>();
        for (Map.Entry<String, JsonNode> subject : node.properties()) {
            List<String> invariants = new ArrayList<>();
            if (!subject.getValue().isArray()) {
                throw wrong(
                        origin,
                        "\"expect\"." + FormatCheck.shortened(subject.getKey()) + " is not a list of invariants");
            }
            for (JsonNode id : subject.getValue()) {
                if (Invariants.named(id.asText()).isEmpty()) {
                    throw wrong(
                            origin,
                            "\"expect\"." + FormatCheck.shortened(subject.getKey()) + ": there is no invariant "
                                    + FormatCheck.shortened(id.toString()));
                }
                invariants.add(id.asText());
            }
            expectations.put(subject.getKey(), invariants);
        }
        return expectations;
    }

    private static StoreException wrong(String origin, String what) {
        return new StoreException("reading " + origin + " failed: " + what);
    }
}
