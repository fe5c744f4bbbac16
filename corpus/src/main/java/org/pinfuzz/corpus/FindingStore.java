// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.FormatCheck;

/**
 * Findings, one directory each, named after their id; the format is described in {@code docs/formats/finding.md}. A
 * directory appears whole or not at all, and the first finding of an id stays as it is: what is found again is counted.
 */
public final class FindingStore {
    public static final String FORMAT = "pinfuzz-finding";
    public static final int VERSION = 1;
    /** The file of a finding that the store itself writes. */
    public static final String RECORD = "finding.json";

    private static final String UNCONFIRMED = "unconfirmed";
    private static final int MAX_UNCONFIRMED = 100;
    private static final String FIRST_PROFILE = "movable";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final StoreDirectory directory;

    /**
     * Opens a store and creates its directory where it does not exist.
     *
     * @throws StoreException if the directory cannot be used
     */
    public FindingStore(Path directory) {
        this.directory = new StoreDirectory(directory);
    }

    /** Where a finding lies, or would. */
    public Path path(String id) {
        return directory.path(id);
    }

    /**
     * Stores a finding, or counts it if there is one with its id.
     *
     * @param record its record; {@code sightings} is the store's own
     * @param files texts of its other files by name
     * @return how often it has been found, 1 for a new one
     */
    public int add(FindingRecord record, Map<String, String> files) {
        return directory.locked(() -> {
            if (Files.isDirectory(directory.path(record.id()))) {
                return countAgain(record.id());
            }
            Map<String, String> all = new LinkedHashMap<>(files);
            all.put(RECORD, text(record.sighted(1)));
            directory.writeDirectory(record.id(), all);
            return 1;
        });
    }

    /**
     * Keeps what was seen and did not show again, in {@code unconfirmed/} beside the findings: it may be a rare bug.
     *
     * @param name the directory's name; what is there under it stays as it is
     * @param files texts by name
     * @return where it lies; empty if there are so many that it was not kept
     */
    public Optional<Path> keepUnconfirmed(String name, Map<String, String> files) {
        StoreDirectory kept = new StoreDirectory(
                directory.path("").toAbsolutePath().normalize().resolveSibling(UNCONFIRMED));
        return kept.locked(() -> {
            if (!Files.isDirectory(kept.path(name))) {
                if (kept.names().size() >= MAX_UNCONFIRMED) {
                    return Optional.empty();
                }
                kept.writeDirectory(name, files);
            }
            return Optional.of(kept.path(name));
        });
    }

    /**
     * Counts a finding that was found again; answers how often it has been found.
     *
     * @throws StoreException if there is none, or if its record cannot be read
     */
    public int sight(String id) {
        return directory.locked(() -> countAgain(id));
    }

    private int countAgain(String id) {
        int sightings = load(id).sightings() + 1;
        directory.writeFile(id + "/" + RECORD, text(load(id).sighted(sightings)));
        return sightings;
    }

    /** Ids of the findings, in order. */
    public List<String> list() {
        return directory.names().stream()
                .filter(name -> Files.isRegularFile(directory.path(name).resolve(RECORD)))
                .toList();
    }

    /**
     * The record of a finding.
     *
     * @throws StoreException if there is none, or if its record cannot be read
     */
    public FindingRecord load(String id) {
        return parse(
                directory.read(id + "/" + RECORD),
                directory.path(id).resolve(RECORD).toString());
    }

    /**
     * Writes a file of a finding that says more of it than was known at first; one of that name is replaced.
     *
     * @throws StoreException if there is no such finding, or it cannot be written
     */
    public void put(String id, String name, String text) {
        directory.locked(() -> {
            load(id);
            directory.writeFile(id + "/" + name, text);
            return 1;
        });
    }

    /** Another file of a finding. */
    public String read(String id, String name) {
        return directory.read(id + "/" + name);
    }

    private static String text(FindingRecord record) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT)
                .put("version", VERSION)
                .put("id", record.id())
                .put("invariant", record.invariant())
                .put("label", record.label())
                .put("operations", record.operations())
                .put("hits", record.hits())
                .put("runs", record.runs())
                .put("sightings", record.sightings())
                .put("kernel_release", record.kernelRelease())
                .put("profile", record.profile());
        ArrayNode others = root.putArray("other_violations");
        record.otherViolations().forEach(others::add);
        root.put("seed", record.seed()).put("index", record.index());
        if (!record.alternativeTitles().isEmpty()) {
            ArrayNode titles = root.putArray("alternative_titles");
            record.alternativeTitles().forEach(titles::add);
        }
        if (record.knownBugsCompared() > 0) {
            ArrayNode known = root.putArray("known_bugs");
            record.knownBugs().forEach(known::add);
            root.put("known_bugs_compared", record.knownBugsCompared());
        }
        return root.toPrettyString() + "\n";
    }

    /**
     * Reads a record.
     *
     * @param origin where it came from, for the error
     * @throws StoreException if it is no record of this version
     */
    public static FindingRecord parse(String text, String origin) {
        try {
            JsonNode root = MAPPER.readTree(text);
            FormatCheck.require(root, FORMAT, VERSION);
            return new FindingRecord(
                    FormatCheck.text(root, "id"),
                    FormatCheck.text(root, "invariant"),
                    FormatCheck.text(root, "label"),
                    FormatCheck.count(root, "operations"),
                    FormatCheck.count(root, "hits"),
                    FormatCheck.count(root, "runs"),
                    FormatCheck.count(root, "sightings"),
                    FormatCheck.text(root, "kernel_release"),
                    // Before there were others, all guests were of this one and nobody said so.
                    FormatCheck.text(root, "profile", FIRST_PROFILE),
                    FormatCheck.texts(root, "other_violations"),
                    FormatCheck.number(root, "seed"),
                    FormatCheck.number(root, "index"),
                    FormatCheck.texts(root, "alternative_titles", List.of()),
                    FormatCheck.texts(root, "known_bugs", List.of()),
                    root.has("known_bugs_compared") ? FormatCheck.count(root, "known_bugs_compared") : 0);
        } catch (JsonProcessingException e) {
            throw new StoreException("reading " + origin + " failed: " + FileFailure.reason(e));
        } catch (IllegalArgumentException e) {
            throw new StoreException("reading " + origin + " failed: " + e.getMessage());
        }
    }
}
