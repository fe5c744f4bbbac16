// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.pinfuzz.fuzzer.bench.PipelineBench;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.pool.GuestProfile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The pipeline against the agent's own speed, and that against a bare loop. */
@Command(
        name = "pipeline",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the same programs as a campaign does, in the agent alone, and in a bare loop of fork, the same system"
                    + " calls, exit and wait, and prints the ratios for each number of guests.",
            "",
            "Goals: campaign/agent at least 0.8, agent/bare at least 0.6."
        })
final class PipelineBenchCommand implements Callable<Integer> {
    @Option(
            names = "--kernel",
            paramLabel = "NAME",
            defaultValue = "debian-6.12",
            description = "Kernel of the catalogue. Default: ${DEFAULT-VALUE}.")
    private String kernel = "";

    @Mixin
    private ToolboxOption toolbox = new ToolboxOption();

    @Option(
            names = "--guests",
            paramLabel = "LIST",
            split = ",",
            defaultValue = "1,2",
            description = "Numbers of guests to measure with. Default: ${DEFAULT-VALUE}.")
    private List<Integer> guests = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Rounds; the median of their ratios is told. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--round-ms",
            paramLabel = "MS",
            defaultValue = "5000",
            description = "Time of each way in each round, milliseconds. Default: ${DEFAULT-VALUE}.")
    private int roundMs;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Seed of the programs.")
    private long seed;

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        json.requireWritable();
        guests.forEach(GuestOptions::requireGuests);
        requireAtLeastOne("--rounds", rounds);
        requireAtLeastOne("--round-ms", roundMs);
        PrintWriter out = json.text(spec.commandLine());
        JsonReport report = JsonReport.of("pinfuzz-bench-pipeline", 1);
        report.root().put("kernel", kernel).put("seed", seed).put("roundMs", roundMs);
        ArrayNode all = report.root().putArray("guests");
        Installation installation = Installation.detect();
        try (Toolbox tools = toolbox.open(installation, List::of, line -> {})) {
            report.root().put("tools", tools.name());
            measure(installation, tools, out, all);
        }
        json.write(report, spec.commandLine().getOut());
        return 0;
    }

    private void measure(Installation installation, Toolbox tools, PrintWriter out, ArrayNode all) {
        out.println("guests  campaign/s  agent/s   bare/s  campaign/agent  agent/bare  host CPU  guest CPU");
        for (int count : guests) {
            try (GuestSession session =
                    GuestSession.open(installation, tools, kernel, GuestProfile.DEFAULT, count, line -> {})) {
                PipelineBench bench = new PipelineBench(session, seed);
                List<PipelineBench.Round> measured = new ArrayList<>();
                // The first round warms the host's compiler and the guests' translation up.
                bench.round(roundMs);
                for (int i = 0; i < rounds; i++) {
                    measured.add(bench.round(roundMs));
                }
                print(out, all.addObject(), count, measured);
            }
        }
    }

    private static void requireAtLeastOne(String option, int value) {
        if (value < 1) {
            throw new CommandError(option + " is " + value + "; give a number from 1");
        }
    }

    private static void print(PrintWriter out, ObjectNode node, int guests, List<PipelineBench.Round> rounds) {
        double pipeline = median(rounds, PipelineBench.Round::pipeline);
        double agent = median(rounds, PipelineBench.Round::agent);
        double bare = median(rounds, PipelineBench.Round::bare);
        double ofAgent = median(rounds, round -> round.pipeline() / round.agent());
        double ofBare = median(rounds, round -> round.agent() / round.bare());
        double host = median(rounds, PipelineBench.Round::hostShare);
        double guest = median(rounds, PipelineBench.Round::guestShare);
        out.println(String.format(
                Locale.ROOT,
                "%6d  %10.0f  %7.0f  %7.0f  %14.2f  %10.2f  %8.2f  %9.2f",
                guests,
                pipeline,
                agent,
                bare,
                ofAgent,
                ofBare,
                host,
                guest));
        out.flush();
        node.put("guests", guests)
                .put("campaignPerSecond", pipeline)
                .put("agentPerSecond", agent)
                .put("barePerSecond", bare)
                .put("campaignOfAgent", ofAgent)
                .put("agentOfBare", ofBare)
                .put("hostCpus", host)
                .put("guestCpus", guest)
                .put("rounds", rounds.size());
    }

    private static double median(List<PipelineBench.Round> rounds, ToDoubleFunction<PipelineBench.Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
