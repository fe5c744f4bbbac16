// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.pinfuzz.fuzzer.bench.Climb;
import org.pinfuzz.fuzzer.bench.LadderResult;
import org.pinfuzz.fuzzer.bench.Rung;
import org.pinfuzz.fuzzer.bench.RungResult;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.InputFile;

/** The ladder as JSON, format {@code pinfuzz-bench-ladder}, documented in docs/formats/reports.md; it is also read back. */
final class LadderReport {
    static final String FORMAT = "pinfuzz-bench-ladder";
    static final int VERSION = 1;

    private LadderReport() {}

    /**
     * What must be equal for the parts of a ladder to be one.
     *
     * @param time how long programs are drawn
     * @param guests guests of each campaign
     */
    record Settings(long firstSeed, int seeds, Duration time, int guests) {
        @Override
        public String toString() {
            return "--first-seed " + firstSeed + " --seeds " + seeds + " --time " + time.toSeconds() + "s --guests "
                    + guests;
        }
    }

    static JsonReport of(Settings settings, LadderResult result) {
        JsonReport report = JsonReport.of(FORMAT, VERSION);
        ObjectNode root = report.root();
        root.put("firstSeed", settings.firstSeed())
                .put("seeds", settings.seeds())
                .put("timeSeconds", settings.time().toSeconds())
                .put("guests", settings.guests())
                .put("holds", result.holds());
        ArrayNode goals = root.putArray("goals");
        for (LadderResult.Goal goal : result.goals()) {
            goals.addObject()
                    .put("statement", goal.statement())
                    .put("reached", goal.reached())
                    .put("of", goal.of())
                    .put("holds", goal.holds());
        }
        ArrayNode rungs = root.putArray("rungs");
        result.rungs().forEach(rung -> put(rungs.addObject(), rung));
        return report;
    }

    private static void put(ObjectNode node, RungResult result) {
        Rung rung = result.rung();
        node.put("name", rung.name()).put("kernel", rung.kernel()).put("profile", rung.profile());
        rung.mutant().ifPresent(mutant -> node.put("mutant", mutant));
        ArrayNode invariants = node.putArray("invariants");
        rung.invariants().forEach(invariants::add);
        node.put("shortestOperations", rung.shortest().size())
                .put("found", result.hits().size());
        put(node, "medianPrograms", result.medianPrograms());
        put(node, "medianSeconds", result.medianSeconds());
        put(node, "worstSeconds", result.worstSeconds());
        node.put("declared", result.declared()).put("shortEnough", result.shortEnough());
        ArrayNode climbs = node.putArray("climbs");
        for (Climb climb : result.climbs()) {
            ObjectNode one = climbs.addObject()
                    .put("seed", climb.seed())
                    .put("programs", climb.programs())
                    .put("seconds", climb.seconds())
                    .put("note", climb.note());
            climb.hit()
                    .ifPresent(hit -> one.putObject("hit")
                            .put("program", hit.program())
                            .put("seconds", hit.seconds())
                            .put("id", hit.id())
                            .put("invariant", hit.invariant())
                            .put("operations", hit.operations())
                            .put("hits", hit.hits())
                            .put("runs", hit.runs()));
        }
    }

    private static void put(ObjectNode node, String name, OptionalDouble figure) {
        figure.ifPresentOrElse(value -> node.put(name, value), () -> node.putNull(name));
    }

    /**
     * The climbs of an earlier part by their rung's name, in the file's order; none if there is no such file.
     *
     * @throws CommandError if the file is no ladder of the same settings
     */
    static Map<String, List<Climb>> read(Path file, Settings settings) {
        if (!Files.exists(file)) {
            return Map.of();
        }
        JsonNode root;
        try {
            root = new JsonMapper().readTree(InputFile.read(file));
        } catch (IOException e) {
            throw notResumable(file, FileFailure.reason(e));
        }
        if (!FORMAT.equals(root.path("format").asText()) || root.path("version").asInt() != VERSION) {
            throw notResumable(file, "it is no " + FORMAT + " of version " + VERSION);
        }
        Settings of = new Settings(
                root.path("firstSeed").asLong(),
                root.path("seeds").asInt(),
                Duration.ofSeconds(root.path("timeSeconds").asLong()),
                root.path("guests").asInt());
        if (!of.equals(settings)) {
            throw notResumable(file, "it was measured with " + of + ", and this is " + settings);
        }
        Map<String, List<Climb>> climbs = new LinkedHashMap<>();
        try {
            for (JsonNode rung : required(root, "rungs")) {
                List<Climb> ofRung = new ArrayList<>();
                required(rung, "climbs").forEach(climb -> ofRung.add(climb(climb)));
                climbs.put(required(rung, "name").asText(), ofRung);
            }
        } catch (IllegalArgumentException e) {
            throw notResumable(file, "a rung or a climb in it is damaged: " + e.getMessage());
        }
        return climbs;
    }

    private static Climb climb(JsonNode node) {
        JsonNode hit = node.path("hit");
        return new Climb(
                required(node, "seed").asLong(),
                hit.isMissingNode()
                        ? Optional.empty()
                        : Optional.of(new Climb.Hit(
                                required(hit, "program").asLong(),
                                required(hit, "seconds").asDouble(),
                                required(hit, "id").asText(),
                                required(hit, "invariant").asText(),
                                required(hit, "operations").asInt(),
                                required(hit, "hits").asInt(),
                                required(hit, "runs").asInt())),
                required(node, "programs").asLong(),
                required(node, "seconds").asDouble(),
                required(node, "note").asText());
    }

    private static JsonNode required(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode()) {
            throw new IllegalArgumentException("it has no \"" + field + "\"");
        }
        return value;
    }

    private static CommandError notResumable(Path file, String why) {
        return new CommandError("resuming from " + file + " failed: " + why
                + "; name another file, or leave --resume out to replace it");
    }
}
