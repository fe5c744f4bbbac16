// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.pinfuzz.fuzzer.bench.Climb;
import org.pinfuzz.fuzzer.bench.Climber;
import org.pinfuzz.fuzzer.bench.Ladder;
import org.pinfuzz.fuzzer.bench.LadderResult;
import org.pinfuzz.fuzzer.bench.Rung;
import org.pinfuzz.fuzzer.bench.Rungs;
import org.pinfuzz.fuzzer.campaign.CampaignSettings;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.triage.Target;
import org.pinfuzz.vm.CachedDirectory;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long campaigns take to find bugs that are known to be there. */
@Command(
        name = "ladder",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a fresh campaign for each seed on each kernel that is known to be broken, until its bug is found or"
                    + " the time is over: the mutants of mutants-6.12, which lack one protection each, and the known bugs"
                    + " of the stock kernels.",
            "",
            "A rung's guests are booted, and the program that was written by hand for it is seen to break there, before"
                    + " any clock starts. What is found is confirmed and shrunk as in a campaign.",
            "",
            "Goals: each rung is found in at least 4 of 5 seeds, with a median below 60 s; under an invariant that it"
                    + " declares; shrunk to the length of the program written by hand in 9 of 10 cases."
        },
        footer = {
            "",
            "Exit codes: 0 the goals hold, 3 they do not, 1 the ladder could not be climbed, 2 wrong usage.",
            "",
            "Examples:",
            "  pinfuzz bench ladder --only 'debian-*' --seeds 3 --time 2m",
            "  pinfuzz bench ladder --json ladder.json --resume    # goes on where an interrupted one stopped"
        })
final class LadderBenchCommand implements Callable<Integer> {
    private static final int MISSED = 3;
    private static final int MOST_SEEDS = 1_000;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Campaigns on each rung. Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--first-seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seed of the first campaign; the others follow. Default: ${DEFAULT-VALUE}.")
    private long firstSeed;

    @Option(
            names = "--time",
            paramLabel = "D",
            defaultValue = "10m",
            converter = DurationConverter.class,
            description = "How long each campaign may look. Default: ${DEFAULT-VALUE}.")
    private Duration time = Duration.ZERO;

    @Option(
            names = "--only",
            paramLabel = "NAME",
            split = ",",
            description = "Rungs to climb, separated by commas; * stands for anything. Default: all but the races.")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--guests",
            paramLabel = "N",
            description = "Guests of each campaign. Default: one for each processor of this machine.")
    private int guests = Runtime.getRuntime().availableProcessors();

    @Mixin
    private ToolboxOption toolbox = new ToolboxOption();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "pinfuzz-out/ladder",
            description = "Where findings go: DIR/RUNG/seed-S, which is replaced. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("");

    @Option(
            names = "--resume",
            description = "Take up what the file of --json holds of an earlier part, and climb only the rest.")
    private boolean resume;

    @Option(names = "--list", description = "Only say which rungs there are.")
    private boolean list;

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter text = json.text(spec.commandLine());
        Installation installation = Installation.detect();
        List<Rung> all = Rungs.read(installation.seeds());
        if (list) {
            TextTable table = new TextTable("rung", "kernel", "profile", "operations", "invariants", "tests that");
            all.forEach(rung -> table.row(
                    rung.name(),
                    rung.kernel(),
                    rung.profile(),
                    rung.shortest().size(),
                    String.join(", ", rung.invariants()),
                    rung.sentence() + (rung.race() ? " (a race: only by name)" : "")));
            table.print(text);
            text.flush();
            return 0;
        }
        json.requireWritable();
        LadderReport.Settings settings = settings();
        Ladder ladder = new Ladder(
                all,
                LongStream.range(firstSeed, firstSeed + seeds).boxed().toList(),
                resume ? LadderReport.read(json.file().orElseThrow(LadderBenchCommand::noFile), settings) : Map.of());
        List<Rung> rungs = ladder.open(chosen(all));
        LadderResult result;
        try (Toolbox tools = toolbox.open(installation, List::of, text::println)) {
            Places places = new Places(installation, tools);
            Map<Rung, Set<Target>> shown = prepare(places, rungs, text);
            result = ladder.climb(
                    rungs, (rung, seed) -> climb(places, rung, shown.get(rung), seed, text), (rung, climb, soFar) -> {
                        text.println(LadderTable.line(rung, climb));
                        text.flush();
                        // A ladder takes hours: one that is killed has lost the campaign that ran, and no more.
                        if (!json.replacesText()) {
                            json.write(LadderReport.of(settings, soFar), text);
                        }
                    });
        }
        text.println();
        LadderTable.print(result, text);
        json.write(LadderReport.of(settings, result), spec.commandLine().getOut());
        return result.holds() ? 0 : MISSED;
    }

    /** Where guests come from. */
    private record Places(Installation installation, Toolbox tools) {}

    private static CommandError noFile() {
        return new CommandError("--resume goes on from the file of --json, and there is none; add --json FILE");
    }

    private LadderReport.Settings settings() {
        if (seeds < 1 || seeds > MOST_SEEDS) {
            throw new CommandError("--seeds is " + seeds + "; give a number from 1 to " + MOST_SEEDS);
        }
        GuestOptions.requireGuests(guests);
        return new LadderReport.Settings(firstSeed, seeds, time, guests);
    }

    private List<Rung> chosen(List<Rung> all) {
        try {
            return Rungs.chosen(all, only);
        } catch (IllegalArgumentException e) {
            throw new CommandError("--only " + e.getMessage(), e);
        }
    }

    /** Boots each rung's guests and sees its bug in them; answers what the programs written by hand break. */
    private Map<Rung, Set<Target>> prepare(Places places, List<Rung> rungs, PrintWriter text) {
        Map<Rung, Set<Target>> shown = new HashMap<>();
        List<String> silent = new ArrayList<>();
        for (Rung rung : rungs) {
            try (GuestSession session = open(places, rung, text)) {
                Set<Target> targets = new Climber(rung, session.runner(), guests).shown();
                shown.put(rung, targets);
                if (targets.isEmpty() && !rung.race()) {
                    silent.add(rung.name() + " (" + rung.invariants() + ")");
                }
            }
        }
        if (!silent.isEmpty()) {
            throw new CommandError("checking the rungs failed: the programs written by hand do not break what "
                    + String.join(", ", silent) + " declare; mend them in corpus/seeds, or the kernel");
        }
        return shown;
    }

    private GuestSession open(Places places, Rung rung, PrintWriter text) {
        GuestProfile profile = GuestProfile.named(rung.profile())
                .orElseThrow(() -> new CommandError("climbing " + rung.name() + " failed: its seed names the profile "
                        + rung.profile() + "; there are "
                        + String.join(", ", GuestProfile.names())));
        Instruments instruments =
                rung.mutant().map(Instruments.DEFAULT::withMutant).orElse(Instruments.DEFAULT);
        return GuestSession.open(
                places.installation(), places.tools(), rung.kernel(), profile.with(instruments), guests, line -> {
                    text.println(line);
                    text.flush();
                });
    }

    private Climb climb(Places places, Rung rung, Set<Target> shown, long seed, PrintWriter text)
            throws InterruptedException {
        Path directory = out.resolve(rung.name()).resolve("seed-" + seed);
        try {
            CachedDirectory.deleteTree(directory);
        } catch (IOException e) {
            throw new CommandError(
                    "replacing the findings of an earlier ladder in " + directory + " failed: " + FileFailure.reason(e)
                            + "; name another directory with --out",
                    e);
        }
        try (GuestSession session = open(places, rung, text)) {
            CampaignStores stores = CampaignStores.open(directory);
            CampaignSettings settings = new CampaignSettings(
                    seed,
                    Swarm.supported(session.template().hello().facilities()),
                    Optional.of(time),
                    OptionalLong.empty(),
                    false);
            return new Climber(rung, session.runner(), guests)
                    .climb(
                            shown,
                            settings,
                            stores.keeper(),
                            wanted -> stores.desk(session, replayOptions(rung), wanted));
        }
    }

    private List<String> replayOptions(Rung rung) {
        List<String> options = new ArrayList<>(List.of("--kernel", rung.kernel(), "--profile", rung.profile()));
        rung.mutant().ifPresent(mutant -> options.addAll(List.of("--mutant", mutant)));
        options.addAll(toolbox.toRecord());
        return options;
    }
}
