// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.pinfuzz.fuzzer.campaign.Campaign;
import org.pinfuzz.fuzzer.campaign.CampaignResult;
import org.pinfuzz.fuzzer.campaign.CampaignSettings;
import org.pinfuzz.fuzzer.campaign.TriageClock;
import org.pinfuzz.fuzzer.campaign.TriageDesk;
import org.pinfuzz.fuzzer.guest.GuestSessions;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.vm.Toolbox;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job: a campaign. */
@Command(
        name = "fuzz",
        mixinStandardHelpOptions = true,
        description = {
            "Draws programs, runs them in guests, judges every step, and writes what breaks.",
            "",
            "A violation of a new kind is confirmed on freshly restored guests, shrunk to the fewest operations and"
                    + " written to DIR/findings/<id>/. Programs that showed new behaviour go to DIR/corpus/."
        },
        footer = {
            "",
            "Exit codes: 0 nothing was found, 3 something was found, 1 the campaign failed, 2 wrong usage, 130"
                    + " interrupted: drawing ends, and what was found until then is reported.",
            "",
            "Examples:",
            "  pinfuzz fuzz --kernel debian-5.10 --time 60s",
            "  pinfuzz fuzz --kernel debian-7.2 --in-container    # its module wants a compiler that this machine may lack",
            "  pinfuzz fuzz --programs 10000 --seed 1 --operations mmap,write,fork,pin,unpin",
            "  pinfuzz fuzz --canary forgotten_pin --time 60s     # must find something"
        })
final class FuzzCommand implements Callable<Integer> {
    private static final int FOUND = 3;
    /** What is in flight gets some seconds, the confirmation of a finding some more. */
    private static final int END_SECONDS = 60;

    @Mixin
    private GuestOptions guestOptions = new GuestOptions();

    @ArgGroup
    private Length length = new Length();

    /** When the campaign ends. */
    static final class Length {
        @Option(
                names = "--time",
                paramLabel = "D",
                converter = DurationConverter.class,
                description = "How long programs are drawn: 60s, 10m, 2h. Default: 5m.")
        private Optional<Duration> time = Optional.empty();

        @Option(names = "--programs", paramLabel = "N", description = "How many programs are drawn.")
        private Optional<Long> programs = Optional.empty();
    }

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Draw the same programs again. Default: chosen by chance, and printed.")
    private Optional<Long> seed = Optional.empty();

    @Option(
            names = "--operations",
            paramLabel = "LIST",
            split = ",",
            description = "Operations to draw from, separated by commas. Default: all that the guest supports.")
    private List<String> operations = new ArrayList<>();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "pinfuzz-out",
            description = "Where findings and corpus go. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("");

    @Option(
            names = "--promised-only",
            description = "Leave aside what the running kernel does not promise (LIMITATION).")
    private boolean promisedOnly;

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        json.requireWritable();
        List<Operation> wanted = wantedOperations();
        if (length.programs.filter(count -> count < 1).isPresent()) {
            throw new CommandError("--programs is " + length.programs.get() + "; give a number from 1");
        }
        PrintWriter text = json.text(spec.commandLine());
        CampaignProgress progress = new CampaignProgress(text, System.console() != null && !json.replacesText());
        try (Toolbox tools = guestOptions.tools(progress::line);
                GuestSessions sessions = guestOptions.openAll(tools, progress::line)) {
            Set<Facility> facilities = sessions.runners().stream()
                    .flatMap(runner -> runner.facilities().stream())
                    .collect(Collectors.toCollection(() -> EnumSet.noneOf(Facility.class)));
            List<Operation> supported = Swarm.supported(facilities);
            List<Operation> drawn = wanted.isEmpty() ? supported : wanted;
            List<Operation> missing = drawn.stream()
                    .filter(operation -> !supported.contains(operation))
                    .toList();
            if (!missing.isEmpty()) {
                throw new CommandError("--operations asks for " + missing + ", which no guest has the facility for ("
                        + facilities + " are there); leave them out");
            }
            CampaignSettings settings = new CampaignSettings(
                    seed.orElseGet(() -> new SecureRandom().nextInt(Integer.MAX_VALUE) + 0L),
                    drawn,
                    length.programs.isPresent()
                            ? length.time
                            : length.time.or(() -> Optional.of(Duration.ofMinutes(5))),
                    length.programs.map(OptionalLong::of).orElse(OptionalLong.empty()),
                    promisedOnly);
            progress.start(sessions, settings);
            CampaignStores stores = CampaignStores.open(out);
            TriageClock clock = new TriageClock(InstantSource.system());
            TriageDesk desk = stores.desk(sessions, guestOptions::toRecord, clock);
            Campaign campaign =
                    new Campaign(settings, sessions.runners(), guestOptions.guests(), stores.keeper(), desk, progress);
            CountDownLatch reported = new CountDownLatch(1);
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(() -> endEarly(campaign, clock, reported), "campaign-stop"));
            CampaignResult result;
            try {
                result = campaign.run();
                progress.summary(sessions, result);
                json.write(
                        CampaignReport.of(sessions, guestOptions.canary(), result),
                        spec.commandLine().getOut());
            } finally {
                reported.countDown();
            }
            if (result.findings().isEmpty()
                    && result.untriaged().isEmpty()
                    && result.counts().judged() == 0) {
                throw new CommandError("the campaign judged no program, so that nothing was found says nothing: "
                        + result.counts().programs() + " programs ran, inconclusive were "
                        + result.counts().reasons() + "; `pinfuzz doctor` shows what is missing here");
            }
            return result.findings().isEmpty() && result.untriaged().isEmpty() ? 0 : FOUND;
        }
    }

    /** An interrupted campaign still says what it found; the process ends when this does. */
    private static void endEarly(Campaign campaign, TriageClock clock, CountDownLatch reported) {
        clock.end();
        campaign.stop();
        try {
            if (!reported.await(END_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("pinfuzz: the campaign did not end within " + END_SECONDS
                        + " s of the interrupt; findings that are written stay");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Operation> wantedOperations() {
        List<Operation> wanted = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (String name : operations) {
            Operations.named(name).ifPresentOrElse(wanted::add, () -> unknown.add(name));
        }
        if (!unknown.isEmpty()) {
            throw new CommandError("--operations names " + unknown + ", which are no operations; there are "
                    + Operations.all().stream().map(Operation::name).toList());
        }
        return wanted;
    }
}
