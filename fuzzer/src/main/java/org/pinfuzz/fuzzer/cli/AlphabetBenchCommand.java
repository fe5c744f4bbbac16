// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.pinfuzz.fuzzer.bench.Alphabet;
import org.pinfuzz.fuzzer.bench.AlphabetCount;
import org.pinfuzz.fuzzer.bench.AlphabetSvg;
import org.pinfuzz.fuzzer.campaign.Survey;
import org.pinfuzz.fuzzer.guest.GuestSessions;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.InputFile;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.vm.Toolbox;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Counts what drawn programs cover of the alphabet. */
@Command(
        name = "alphabet",
        mixinStandardHelpOptions = true,
        description = {
            "Draws and runs programs on one kernel as a campaign does, and counts what each operation answered, which operation"
                    + " followed which on the same cell, and how often each invariant had something to judge.",
            "",
            "Goals, over all kernels that are counted together: each operation succeeds 1,000 times and each invariant judges"
                    + " 10,000 times on one kernel (slow ones 50 and 200), and 80 % of the pairs that can happen have happened."
        },
        footer = {
            "",
            "Exit codes: 0 all goals are reached, 3 some are not, 1 it failed, 2 wrong usage.",
            "",
            "Examples:",
            "  pinfuzz bench alphabet --kernel debian-6.12 --time 10m --json a.json",
            "  pinfuzz bench alphabet --kernel pin-7.2 --time 10m --with a.json --svg pairs.svg"
        })
final class AlphabetBenchCommand implements Callable<Integer> {
    private static final int MISSED = 3;
    private static final int SHOWN_ERRORS = 3;
    private static final int SHOWN_PAIRS = 20;
    private static final String FORMAT = "pinfuzz-bench-alphabet";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Mixin
    private GuestOptions guestOptions = new GuestOptions();

    @Option(
            names = "--time",
            paramLabel = "D",
            converter = DurationConverter.class,
            defaultValue = "10m",
            description =
                    "How long programs are drawn: 60s, 10m. 0s only counts what --with has. Default: ${DEFAULT-VALUE}.")
    private Duration time = Duration.ZERO;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Seed of the programs. Default: 1.")
    private long seed;

    @Option(
            names = "--with",
            paramLabel = "FILE",
            split = ",",
            description = "JSON of earlier runs, on other kernels: they are counted together.")
    private List<Path> with = new ArrayList<>();

    @Option(names = "--svg", paramLabel = "FILE", description = "Where the heat map of the pairs goes.")
    private Optional<String> svg = Optional.empty();

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        json.requireWritable();
        svg.ifPresent(JsonReport::requireWritable);
        List<AlphabetCount> kernels = new ArrayList<>();
        JsonReport report = JsonReport.of(FORMAT, 1);
        ArrayNode all = report.root().putArray("kernels");
        for (Path file : with) {
            for (JsonNode node : earlier(file)) {
                kernels.add(read(file, node));
                all.add(node);
            }
        }
        PrintWriter out = json.text(spec.commandLine());
        if (!time.isZero()) {
            kernels.add(measure(out, all));
        }
        Alphabet alphabet = new Alphabet(kernels);
        print(out, alphabet);
        report.root().put("pairsSeen", alphabet.pairsSeen()).put("pairsPossible", alphabet.possiblePairs());
        svg.ifPresent(file -> JsonReport.writeText("picture", file, AlphabetSvg.draw(alphabet)));
        json.write(report, spec.commandLine().getOut());
        return alphabet.good() ? 0 : MISSED;
    }

    private AlphabetCount measure(PrintWriter out, ArrayNode all) {
        try (Toolbox tools = guestOptions.tools(line -> {});
                GuestSessions sessions = guestOptions.openAll(tools, line -> {})) {
            Set<Facility> facilities = sessions.runners().stream()
                    .flatMap(runner -> runner.facilities().stream())
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Facility.class)));
            AlphabetCount count = new AlphabetCount(
                    sessions.first().kernel().name(), sessions.first().version(), Swarm.supported(facilities));
            Survey survey = new Survey(seed, Operations.all(), sessions.runners(), guestOptions.guests());
            double seconds = survey.run(time, count::add);
            out.println(String.format(
                    Locale.ROOT,
                    "%s: %,d programs in %.0f s (%.0f/s)",
                    count.kernel(),
                    count.programs(),
                    seconds,
                    count.programs() / seconds));
            count.write(all.addObject(), seconds);
            return count;
        }
    }

    private static JsonNode earlier(Path file) {
        try {
            JsonNode root = MAPPER.readTree(InputFile.read(file));
            if (!FORMAT.equals(root.path("format").asText())
                    || root.path("version").asInt() != 1
                    || !root.path("kernels").isArray()) {
                throw new CommandError("--with " + file + " is no JSON of bench alphabet, version 1");
            }
            return root.path("kernels");
        } catch (JsonProcessingException e) {
            throw new CommandError("--with " + file + " is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new CommandError("--with " + file + " cannot be read: " + FileFailure.reason(e), e);
        }
    }

    private static AlphabetCount read(Path file, JsonNode node) {
        try {
            return AlphabetCount.read(node);
        } catch (IllegalArgumentException e) {
            throw new CommandError("--with " + file + " has " + e.getMessage());
        }
    }

    private static void print(PrintWriter out, Alphabet alphabet) {
        out.println();
        TextTable operations =
                new TextTable("operation", "succeeded", "goal", "on", "attempted", "refused most often with");
        for (Alphabet.Reached reached : alphabet.operations()) {
            Optional<AlphabetCount.Answers> answers = alphabet.kernels().stream()
                    .filter(count -> count.kernel().equals(reached.kernel()))
                    .findFirst()
                    .flatMap(count -> Optional.ofNullable(count.operations().get(reached.what())));
            operations.row(
                    reached.what(),
                    String.format(Locale.ROOT, "%,d", reached.figure()),
                    mark(reached),
                    reached.kernel(),
                    String.format(
                            Locale.ROOT,
                            "%,d",
                            answers.map(AlphabetCount.Answers::attempted).orElse(0L)),
                    answers.map(some -> refusals(some.refused())).orElse(""));
        }
        operations.print(out);
        out.println();
        TextTable invariants = new TextTable("invariant", "judged", "goal", "on");
        alphabet.invariants()
                .forEach(reached -> invariants.row(
                        reached.what(),
                        String.format(Locale.ROOT, "%,d", reached.figure()),
                        mark(reached),
                        reached.kernel()));
        invariants.print(out);
        out.println();
        List<String> missing = alphabet.missingPairs();
        out.println(String.format(
                Locale.ROOT,
                "pairs on one cell: %.1f %% of %,d seen (goal %.0f %%)",
                100 * alphabet.pairsSeen(),
                alphabet.possiblePairs(),
                100 * Alphabet.PAIRS));
        missing.stream().limit(SHOWN_PAIRS).forEach(pair -> out.println("  never: " + pair));
        if (missing.size() > SHOWN_PAIRS) {
            out.println("  and " + (missing.size() - SHOWN_PAIRS) + " more, in the heat map (--svg)");
        }
        out.flush();
    }

    private static String mark(Alphabet.Reached reached) {
        return String.format(Locale.ROOT, "%,d %s", reached.goal(), reached.good() ? "reached" : "MISSED");
    }

    private static String refusals(Map<String, Long> refused) {
        return refused.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(SHOWN_ERRORS)
                .map(entry -> String.format(Locale.ROOT, "%s %,d", entry.getKey(), entry.getValue()))
                .collect(Collectors.joining(", "));
    }
}
