// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.GuestSessions;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.InputFile;
import org.pinfuzz.triage.regress.Recorded;
import org.pinfuzz.triage.regress.RegressCase;
import org.pinfuzz.triage.regress.RegressReport;
import org.pinfuzz.triage.regress.RegressResult;
import org.pinfuzz.triage.regress.Regression;
import org.pinfuzz.triage.regress.Standing;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.Toolbox;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code pinfuzz regress}: what is known of a kernel, tried again. */
@Command(
        name = "regress",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        header = "Run all findings and seeds against a kernel and say what is new.",
        description = {
            "Each program runs a few times, alone on restored guests, and is compared with what is recorded of it: by a"
                    + " baseline; else by the finding, if it was found on this very kernel; else by the seed.",
            "",
            "What breaks and is not recorded to is new; what is recorded to break and passes is fixed; what breaks in"
                    + " some of its runs is flaky, and is run more often before it is called fixed."
        },
        exitCodeList = {
            "0:nothing new broke",
            "1:it could not be done, or some programs could not be judged",
            "2:the command line was not understood",
            "3:something new broke"
        },
        footer = {
            "",
            "Examples:",
            "  pinfuzz regress --kernel debian-6.1",
            "  pinfuzz regress --kernel-tree ~/src/linux --json today.json --baseline yesterday.json --junit junit.xml",
            "",
            "The formats are described in docs/formats/reports.md."
        })
final class RegressCommand implements Callable<Integer> {
    private static final int NEW_FAILURES = 3;
    private static final int MAX_RUNS = 1000;

    @Mixin
    private GuestOptions guestOptions = new GuestOptions();

    @Option(
            names = "--findings",
            paramLabel = "DIR",
            defaultValue = "pinfuzz-out/findings",
            description = "The findings to run. Default: ${DEFAULT-VALUE}, if it is there.")
    private Path findings = Path.of("");

    @Option(
            names = "--seeds",
            paramLabel = "DIR",
            description = "The seeds to run, in directories by subject. Default: those of pinfuzz.")
    private Optional<Path> seeds = Optional.empty();

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each program runs at least. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(
            names = "--baseline",
            paramLabel = "FILE",
            description = "Compare with an earlier run's report (its --json FILE).")
    private Optional<Path> baseline = Optional.empty();

    @Option(names = "--junit", paramLabel = "FILE", description = "Also write the results as JUnit's XML.")
    private Optional<Path> junit = Optional.empty();

    @Option(names = "--tap", paramLabel = "FILE", description = "Also write the results as TAP, version 14.")
    private Optional<Path> tap = Optional.empty();

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (runs < 1 || runs > MAX_RUNS) {
            throw new CommandError("--runs is " + runs + "; give a number from 1 to " + MAX_RUNS);
        }
        json.requireWritable();
        junit.ifPresent(file -> JsonReport.requireWritable(file.toString()));
        tap.ifPresent(file -> JsonReport.requireWritable(file.toString()));
        Optional<Map<String, Recorded>> known = baseline.map(RegressCommand::read);
        RegressCases cases = RegressCases.read(
                findings, seeds.orElseGet(() -> Installation.detect().seeds()));
        PrintWriter text = json.text(spec.commandLine());
        RegressReport report = run(cases, known, text);
        print(report, text);
        JsonReport document = JsonReport.of(RegressReport.FORMAT, RegressReport.VERSION);
        report.fill(document.root());
        json.write(document, spec.commandLine().getOut());
        junit.ifPresent(file -> JsonReport.writeText("JUnit report", file.toString(), report.junit()));
        tap.ifPresent(file -> JsonReport.writeText("TAP report", file.toString(), report.tap()));
        if (report.count(Standing.NEW) > 0) {
            return NEW_FAILURES;
        }
        return report.count(Standing.UNKNOWN) > 0 ? 1 : 0;
    }

    private RegressReport run(RegressCases stored, Optional<Map<String, Recorded>> known, PrintWriter text) {
        List<RegressResult> results = new ArrayList<>();
        Regression regression = new Regression(runs, Clock.systemUTC());
        try (Toolbox tools = guestOptions.tools(text::println);
                GuestSessions sessions = guestOptions.openAll(tools, stored.profiles(), text::println)) {
            String release = sessions.first().template().hello().kernelRelease();
            List<RegressCase> cases = stored.on(sessions.first().kernel().name(), release, guestOptions, known);
            if (cases.isEmpty()) {
                throw new CommandError(
                        "there is nothing to run: no finding in " + findings + ", and no seed says anything of "
                                + sessions.first().kernel().name());
            }
            for (GuestSession session : sessions.all()) {
                for (RegressCase each : cases) {
                    if (each.profile().equals(session.profile().name())) {
                        RegressResult result = regression.run(each, session.runner());
                        results.add(result);
                        text.println(result.standing() + " " + each.name());
                        text.flush();
                    }
                }
                session.rest();
            }
            for (RegressCase each : cases) {
                if (results.stream().noneMatch(result -> result.regressCase().equals(each))) {
                    results.add(RegressResult.skipped(each, "there are no guests of the profile " + each.profile()));
                }
            }
            return new RegressReport(release, results);
        }
    }

    private static Map<String, Recorded> read(Path file) {
        try {
            return RegressReport.read(InputFile.read(file), file.toString());
        } catch (IOException e) {
            throw new CommandError("reading the baseline " + file + " failed: " + FileFailure.reason(e), e);
        }
    }

    private static void print(RegressReport report, PrintWriter text) {
        text.println();
        TextTable table = new TextTable("STANDING", "SEEN", "RECORDED", "PROGRAM");
        for (RegressResult result : report.results()) {
            if (result.standing() != Standing.PASSED) {
                table.row(
                        result.standing(),
                        result.seen().map(Recorded::toString).orElse("-"),
                        result.regressCase().recorded().map(Recorded::toString).orElse("-"),
                        result.regressCase().name());
            }
        }
        table.print(text);
        for (RegressResult result : report.results()) {
            if (result.standing() == Standing.NEW || result.standing() == Standing.UNKNOWN) {
                text.println(result.regressCase().name() + ": " + result.note());
            }
        }
        List<String> counts = new ArrayList<>();
        for (Standing standing : Standing.values()) {
            if (report.count(standing) > 0) {
                counts.add(report.count(standing) + " " + standing);
            }
        }
        text.println(
                report.results().size() + " programs on " + report.kernelRelease() + ": " + String.join(", ", counts));
        text.flush();
    }
}
