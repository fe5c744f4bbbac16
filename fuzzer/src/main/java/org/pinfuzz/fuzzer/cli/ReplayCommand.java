// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.Verdict;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.triage.export.Reproducer;
import org.pinfuzz.vm.Toolbox;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs one program again. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a finding's program, or any program, each time on a freshly restored guest.",
            "",
            "Prints each step with what was expected and what was seen, and in how many of the runs it broke."
        },
        footer = {
            "",
            "Exit codes: 0 nothing broke, 3 something broke, 1 the replay failed, 2 wrong usage.",
            "",
            "Examples:",
            "  pinfuzz replay LT-ZONE-3f9a1c2b --runs 20            # on the kernel that it was found on",
            "  pinfuzz replay pinfuzz-out/findings/LT-ZONE-3f9a1c2b --kernel debian-6.12",
            "  pinfuzz replay program.json"
        })
final class ReplayCommand implements Callable<Integer> {
    private static final int FOUND = 3;
    private static final int MAX_RUNS = 10_000;

    @Parameters(
            index = "0",
            paramLabel = "FINDING|FILE",
            description = "Id of a finding in DIR, its directory, or a program as JSON.")
    private String what = "";

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often. Default: ${DEFAULT-VALUE}.")
    private int runs;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "pinfuzz-out",
            description = "Where the campaign wrote its findings. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("");

    @Mixin
    private GuestOptions guestOptions = new GuestOptions();

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
        ReproducerArgument given = new ReproducerArgument(what, out.resolve("findings"));
        Reproducer target = given.read("replaying");
        guestOptions.recorded(given.recordedOptions());
        PrintWriter text = json.text(spec.commandLine());
        try (Toolbox tools = guestOptions.tools(text::println);
                GuestSession session = guestOptions.open(tools, text::println)) {
            List<Oracle.Run> all = session.runner().runAlone(target.program(), runs);
            List<Oracle.Run> broken =
                    all.stream().filter(run -> breaks(run, target)).toList();
            Oracle.Run shown = broken.isEmpty() ? all.get(0) : broken.get(0);
            StepTable.lines(shown.program(), shown.trace(), shown.judgement(), session.version())
                    .forEach(text::println);
            if (!shown.console().isEmpty()) {
                text.println(shown.console());
            }
            text.println(broken.size() + " of " + runs + " runs broke "
                    + target.invariant().orElse("an invariant") + " on "
                    + session.template().hello().kernelRelease());
            text.flush();
            json.write(
                    report(session, target, all, broken.size()),
                    spec.commandLine().getOut());
            if (all.stream().allMatch(run -> run.judgement().verdict() == Verdict.INCONCLUSIVE)) {
                throw new CommandError("replaying " + what + " failed: no run could be judged: "
                        + shown.judgement().inconclusive());
            }
            return all.stream().anyMatch(run -> run.judgement().verdict() == Verdict.VIOLATION) ? FOUND : 0;
        }
    }

    private static boolean breaks(Oracle.Run run, Reproducer target) {
        return run.judgement().violations().stream()
                .anyMatch(violation ->
                        target.invariant().map(violation.invariant()::equals).orElse(true));
    }

    private JsonReport report(GuestSession session, Reproducer target, List<Oracle.Run> all, int hits) {
        JsonReport report = JsonReport.of("pinfuzz-replay", 1);
        report.root()
                .put("kernel", session.template().hello().kernelRelease())
                .put("invariant", target.invariant().orElse(""))
                .put("hits", hits)
                .put("runs", all.size());
        report.root().set("program", Operations.JSON.toJson(target.program()));
        ArrayNode verdicts = report.root().putArray("verdicts");
        for (Oracle.Run run : all) {
            Judgement judgement = run.judgement();
            ArrayNode violations = verdicts.addObject()
                    .put("verdict", judgement.verdict().toString())
                    .putArray("violations");
            new ArrayList<>(judgement.violations())
                    .forEach(violation -> violations
                            .addObject()
                            .put("invariant", violation.invariant())
                            .put("label", violation.label())
                            .put("step", violation.step())
                            .put("expected", violation.expected())
                            .put("seen", violation.seen()));
        }
        return report;
    }
}
