// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.FormatCheck;
import org.pinfuzz.generators.program.ProgramFormatException;
import org.pinfuzz.generators.program.ProgramJson;

/**
 * Kept programs in a plain directory, one file each, named after the program's digest; the format is described in
 * {@code docs/formats/corpus.md}. Several processes may use one directory.
 */
public final class CorpusStore {
    public static final String FORMAT = "pinfuzz-corpus-entry";
    public static final int VERSION = 1;

    private static final String SUFFIX = ".json";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final StoreDirectory directory;
    private final ProgramJson programs;

    /**
     * Opens a store and creates its directory where it does not exist.
     *
     * @param programs reads and writes the programs
     * @throws StoreException if the directory cannot be used
     */
    public CorpusStore(Path directory, ProgramJson programs) {
        this.directory = new StoreDirectory(directory);
        this.programs = requireNonNull(programs, "programs is null");
    }

    /** Keeps an entry; answers false if the program is there already. */
    public boolean offer(CorpusEntry entry) {
        String name = programs.digest(entry.program()) + SUFFIX;
        return directory.locked(() -> {
            if (Files.exists(directory.path(name))) {
                return false;
            }
            directory.writeFile(name, toJson(entry).toString() + "\n");
            return true;
        });
    }

    /** Digests of the programs, in order. */
    public List<String> list() {
        return directory.names().stream()
                .filter(name -> name.matches("[0-9a-f]{64}\\.json"))
                .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                .toList();
    }

    /**
     * One entry.
     *
     * @throws StoreException if there is none, or if the file is not an entry with that digest
     */
    public CorpusEntry load(String digest) {
        String name = digest + SUFFIX;
        String origin = directory.path(name).toString();
        CorpusEntry entry = parse(directory.read(name), origin, programs);
        if (!programs.digest(entry.program()).equals(digest)) {
            throw new StoreException("reading " + origin + " failed: the program in it has the digest "
                    + programs.digest(entry.program()) + "; delete the file or give it that name");
        }
        return entry;
    }

    /**
     * All entries that can be read.
     *
     * @param entries the entries
     * @param problems for each file that is no entry, why
     */
    public record Contents(List<CorpusEntry> entries, List<String> problems) {}

    /** All entries; a damaged file is a problem of its own and hides no other. */
    public Contents loadAll() {
        List<CorpusEntry> entries = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String digest : list()) {
            try {
                entries.add(load(digest));
            } catch (StoreException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return new Contents(List.copyOf(entries), List.copyOf(problems));
    }

    private ObjectNode toJson(CorpusEntry entry) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT).put("version", VERSION);
        root.set("program", programs.toJson(entry.program()));
        root.put("seed", entry.seed()).put("index", entry.index()).put("profile", entry.profile());
        ArrayNode parents = root.putArray("parents");
        entry.parents().forEach(parents::add);
        ArrayNode signal = root.putArray("signal");
        entry.signal().forEach(hash -> signal.add(Long.toHexString(hash)));
        return root;
    }

    /**
     * Reads an entry.
     *
     * @param origin where it came from, for the error
     * @throws StoreException if it is no entry of this version
     */
    public static CorpusEntry parse(String text, String origin, ProgramJson programs) {
        try {
            JsonNode root = MAPPER.readTree(text);
            FormatCheck.require(root, FORMAT, VERSION);
            Set<Long> signal = new TreeSet<>();
            for (String hash : FormatCheck.texts(root, "signal")) {
                signal.add(hash(hash));
            }
            return new CorpusEntry(
                    programs.fromJson(root.path("program"), origin),
                    FormatCheck.number(root, "seed"),
                    FormatCheck.number(root, "index"),
                    // Before there were others, all guests were of this one and nobody said so.
                    FormatCheck.text(root, "profile", "movable"),
                    FormatCheck.texts(root, "parents"),
                    signal);
        } catch (JsonProcessingException e) {
            throw new StoreException("reading " + origin + " failed: " + FileFailure.reason(e));
        } catch (IllegalArgumentException e) {
            throw new StoreException("reading " + origin + " failed: " + e.getMessage());
        } catch (ProgramFormatException e) {
            throw new StoreException(String.valueOf(e.getMessage()));
        }
    }

    private static long hash(String text) {
        if (!text.matches("[0-9a-f]{1,16}")) {
            throw new IllegalArgumentException("a signal is not a hexadecimal number");
        }
        return Long.parseUnsignedLong(text, 16);
    }
}
