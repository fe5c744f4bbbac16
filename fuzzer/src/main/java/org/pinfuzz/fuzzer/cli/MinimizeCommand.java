// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pinfuzz.fuzzer.campaign.TriageClock;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.MinimizeException;
import org.pinfuzz.triage.Minimized;
import org.pinfuzz.triage.Minimizer;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.triage.ShrinkLimits;
import org.pinfuzz.triage.TriageLimits;
import org.pinfuzz.triage.export.Reproducer;
import org.pinfuzz.vm.Toolbox;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes any program that breaks something as simple as possible. */
@Command(
        name = "minimize",
        mixinStandardHelpOptions = true,
        description = {
            "Finds the simplest program that breaks the same invariant, as a campaign does for its findings: of any program,"
                    + " whether drawn, from a corpus, or written by hand.",
            "",
            "First it is seen how often the program breaks it, alone on restored guests; what does not break every time is"
                    + " asked more often. The simplest program so far is always in the file of --out, also after an"
                    + " interrupt or when a limit ends the search. See docs/shrinking.md."
        },
        footer = {
            "",
            "Exit codes: 3 a program that breaks it was written, 1 nothing broke or it could not be done, 2 wrong usage.",
            "",
            "Examples:",
            "  pinfuzz minimize program.json --kernel debian-5.10",
            "  pinfuzz minimize program.json --kernel debian-5.10 --invariant PIN-COHERENT-R --out read-pin.json",
            "  pinfuzz minimize program.json --kernel debian-5.10 --resume     # goes on after an interrupt"
        })
final class MinimizeCommand implements Callable<Integer> {
    private static final int FOUND = 3;
    private static final int MAX_CALLS = 10_000_000;
    /** Time for the runs that are under way and the last confirmation. */
    private static final int END_SECONDS = 60;

    @Mixin
    private ReproducerArgument reproducer = new ReproducerArgument();

    @Option(
            names = "--invariant",
            paramLabel = "ID",
            description =
                    "What the program must break, see docs/invariants.md. Default: that of the finding, else what it"
                            + " breaks first.")
    private Optional<String> invariant = Optional.empty();

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "minimized.json",
            description = "Where the simplest program goes; it is replaced. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("");

    @Option(
            names = "--time",
            paramLabel = "D",
            defaultValue = "10m",
            converter = DurationConverter.class,
            description = "How long to look for simpler programs. Default: ${DEFAULT-VALUE}.")
    private Duration time = Duration.ZERO;

    @Option(
            names = "--calls",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Most runs of simpler programs. Default: ${DEFAULT-VALUE}.")
    private int calls;

    @Option(
            names = "--resume",
            description = "Go on with the program in the file of --out, if it is there, and keep beside it, as"
                    + " FILE.decided, which programs need not be run again.")
    private boolean resume;

    @Mixin
    private GuestOptions guestOptions = new GuestOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (calls < 1 || calls > MAX_CALLS) {
            throw new CommandError("--calls is " + calls + "; give a number from 1 to " + MAX_CALLS);
        }
        InvariantNames.requireKnown(invariant);
        json.requireWritable();
        requireWritable();
        Reproducer given = reproducer.read("minimizing");
        guestOptions.recorded(reproducer.recordedOptions());
        Optional<String> wanted = invariant.or(given::invariant);
        boolean goesOn = resume && Files.isRegularFile(out);
        Program program = goesOn ? ReproducerArgument.program(out) : given.program();
        PrintWriter text = json.text(spec.commandLine());
        TriageClock clock = new TriageClock(InstantSource.system());
        CountDownLatch reported = new CountDownLatch(1);
        try (Toolbox tools = guestOptions.tools(text::println);
                GuestSession session = guestOptions.open(tools, text::println)) {
            text.println((goesOn ? "Going on with " + out : "Minimizing " + reproducer.text()) + ": " + program.size()
                    + " operations on " + session.template().hello().kernelRelease() + ", " + session.guests()
                    + " guests");
            text.flush();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> endEarly(clock, reported), "minimize-stop"));
            Instant start = Instant.now();
            Minimizer minimizer = new Minimizer(
                    session.runner(),
                    TriageLimits.PATIENT.with(new ShrinkLimits(calls, time, ShrinkLimits.DEFAULT.retries())),
                    clock,
                    new Progress(text, start),
                    resume ? Optional.of(decided(session)) : Optional.empty());
            Minimized minimized = minimizer
                    .minimize(
                            program,
                            violation ->
                                    wanted.map(violation.invariant()::equals).orElse(true))
                    .orElseThrow(() -> new CommandError(
                            "minimizing " + reproducer.text() + " failed: " + TriageLimits.PATIENT.unseenRuns()
                                    + " runs, each alone on a restored guest, broke "
                                    + wanted.orElse("no invariant")
                                    + wanted.map(id -> " in none").orElse("")
                                    + "; `pinfuzz replay` shows what each step came to, --kernel and --profile choose"
                                    + " another guest"));
            double seconds = seconds(Duration.between(start, Instant.now()));
            write(minimized.program());
            summary(session, minimized, given.program(), seconds, text);
            json.write(
                    report(session, minimized, given.program(), seconds),
                    spec.commandLine().getOut());
            return FOUND;
        } catch (MinimizeException e) {
            throw new CommandError("minimizing " + reproducer.text() + " failed: " + e.getMessage(), e);
        } finally {
            reported.countDown();
        }
    }

    private Minimizer.Decided decided(GuestSession session) {
        return new Minimizer.Decided(
                out.resolveSibling(out.getFileName() + ".decided"),
                session.template().hello().kernelRelease() + " "
                        + String.join(" ", guestOptions.toRecord(session.profile())));
    }

    /** An interrupted search still says what it came to; the process ends when this does. */
    private static void endEarly(TriageClock clock, CountDownLatch reported) {
        clock.end();
        try {
            if (!reported.await(END_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("pinfuzz: the search did not end within " + END_SECONDS
                        + " s of the interrupt; the simplest program so far is written");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Tells each simpler program, and keeps it: whatever ends the search, the best so far stays. */
    private final class Progress implements Minimizer.Watcher {
        private final PrintWriter text;
        private final Instant start;
        private int size = Integer.MAX_VALUE;

        Progress(PrintWriter text, Instant start) {
            this.text = text;
            this.start = start;
        }

        @Override
        public void confirmed(Violation violation, int hits, int runs) {
            text.println(violation.label() + " of " + violation.invariant() + " in " + hits + " of " + runs
                    + " runs alone: " + violation.title());
            text.flush();
        }

        @Override
        public void simpler(Oracle.Run best, int oracleCalls, int batches) {
            write(best.program());
            // Most of what comes at the end only tidies up.
            if (best.program().size() < size) {
                size = best.program().size();
                text.println(String.format(
                        Locale.ROOT,
                        "  %2d operations after %d runs in %d batches, %.1f s",
                        size,
                        oracleCalls,
                        batches,
                        seconds(Duration.between(start, Instant.now()))));
                text.flush();
            }
        }
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    private void requireWritable() {
        Path parent = out.toAbsolutePath().normalize().getParent();
        if (Files.isDirectory(out) || parent == null || !Files.isDirectory(parent) || !Files.isWritable(parent)) {
            throw new CommandError("--out is " + out
                    + ", which cannot be written; name a file in a directory that is there and can be written");
        }
    }

    private void write(Program program) {
        Path file = out.toAbsolutePath().normalize();
        Path partial = file.resolveSibling(
                "." + file.getFileName() + "." + ProcessHandle.current().pid());
        try {
            Files.writeString(partial, Operations.JSON.writePretty(program));
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CommandError("writing the program " + out + " failed: " + FileFailure.reason(e), e);
        }
    }

    private void summary(GuestSession session, Minimized minimized, Program given, double seconds, PrintWriter text) {
        Oracle.Run run = minimized.run();
        StepTable.lines(run.program(), run.trace(), run.judgement(), session.version())
                .forEach(text::println);
        if (!run.console().isEmpty()) {
            text.println(run.console());
        }
        text.println(minimized.program().size() + " operations, shrunk from " + given.size() + "; "
                + minimized.violation().invariant() + " broke in " + minimized.hits() + " of " + minimized.runs()
                + " runs alone on restored guests");
        text.println(String.format(
                Locale.ROOT,
                "%d runs of candidates in %d batches, %.1f s in all; written to %s",
                minimized.oracleCalls(),
                minimized.batches(),
                seconds,
                out));
        if (!minimized.complete()) {
            text.println("The search did not come to its end, there may be a simpler one: go on with --resume, or give"
                    + " more --time and --calls");
        }
        text.flush();
    }

    private JsonReport report(GuestSession session, Minimized minimized, Program given, double seconds) {
        JsonReport report = JsonReport.of("pinfuzz-minimize", 1);
        report.root()
                .put("kernel", session.template().hello().kernelRelease())
                .put("profile", session.profile().name())
                .put("guests", session.guests())
                .put("invariant", minimized.violation().invariant())
                .put("label", minimized.violation().label())
                .put("title", minimized.violation().title())
                .put("given_operations", given.size())
                .put("given_hits", minimized.originalHits())
                .put("given_runs", minimized.originalRuns())
                .put("operations", minimized.program().size())
                .put("hits", minimized.hits())
                .put("runs", minimized.runs())
                .put("oracle_calls", minimized.oracleCalls())
                .put("batches", minimized.batches())
                .put("seconds", seconds)
                .put("complete", minimized.complete());
        report.root().set("program", Operations.JSON.toJson(minimized.program()));
        return report;
    }
}
