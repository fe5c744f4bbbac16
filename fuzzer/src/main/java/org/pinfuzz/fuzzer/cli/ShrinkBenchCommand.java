// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.pinfuzz.fuzzer.bench.ShrinkBench;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.vm.Toolbox;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shrinking with many candidates at once against one at a time. */
@Command(
        name = "shrink",
        mixinStandardHelpOptions = true,
        description = {
            "Draws programs of " + ShrinkBench.OPERATIONS
                    + " operations until they break something, each something else,"
                    + " and shrinks each three times on the same guests: with as many candidates at once as the guests take,"
                    + " one at a time, and one at a time on a guest that was restored for it. Prints time, runs of candidates"
                    + " and batches.",
            "",
            "Goal: the median time is at most a third of that of one at a time on guests that go on."
        },
        footer = {
            "",
            "Exit codes: 0 the goal holds, 3 it does not, 1 it could not be measured, 2 wrong usage.",
            "",
            "Examples:",
            "  pinfuzz bench shrink --kernel debian-5.10 --guests 2"
        })
final class ShrinkBenchCommand implements Callable<Integer> {
    private static final int MISSED = 3;
    private static final double GOAL = 1.0 / 3;
    private static final int MOST_PROGRAMS = 1_000;

    @Option(
            names = "--programs",
            paramLabel = "N",
            defaultValue = "5",
            description = "Programs to shrink. Default: ${DEFAULT-VALUE}.")
    private int programs;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Seed of the programs.")
    private long seed;

    @Mixin
    private GuestOptions guestOptions = new GuestOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (programs < 1 || programs > MOST_PROGRAMS) {
            throw new CommandError("--programs is " + programs + "; give a number from 1 to " + MOST_PROGRAMS);
        }
        json.requireWritable();
        PrintWriter text = json.text(spec.commandLine());
        try (Toolbox tools = guestOptions.tools(text::println);
                GuestSession session = guestOptions.open(tools, text::println)) {
            text.println(
                    "together   calls  batches  one by one   calls  ratio  restored  ratio  operations  same  broken");
            ShrinkBench bench = new ShrinkBench(
                    session.runner(), Swarm.supported(session.template().hello().facilities()), seed);
            List<ShrinkBench.Measured> measured = new ArrayList<>();
            Optional<ShrinkBench.Measured> next = bench.next();
            while (next.isPresent()) {
                measured.add(next.get());
                print(text, next.get());
                next = measured.size() < programs ? bench.next() : Optional.empty();
            }
            if (measured.isEmpty()) {
                throw new CommandError("measuring shrinks failed: no program drawn broke anything on "
                        + session.template().hello().kernelRelease()
                        + "; use a kernel with known bugs, as debian-5.10, or --canary");
            }
            double together = median(measured, each -> each.together().seconds());
            double single = median(measured, each -> each.single().seconds());
            double restored = median(measured, each -> each.restored().seconds());
            boolean holds = together <= GOAL * single;
            text.println(String.format(
                    Locale.ROOT,
                    "median of %d programs on %d guests: %.2f s together (%.0f runs in %.0f batches), %.2f s one by one:"
                            + " %.2f of it; goal at most %.2f: %s. %.2f s one by one on restored guests: %.2f of it",
                    measured.size(),
                    session.guests(),
                    together,
                    median(measured, each -> each.together().oracleCalls()),
                    median(measured, each -> each.together().batches()),
                    single,
                    together / single,
                    GOAL,
                    holds ? "holds" : "missed",
                    restored,
                    together / restored));
            text.flush();
            json.write(
                    report(session, measured, List.of(together, single, restored), holds),
                    spec.commandLine().getOut());
            return holds ? 0 : MISSED;
        }
    }

    private static void print(PrintWriter text, ShrinkBench.Measured measured) {
        text.println(String.format(
                Locale.ROOT,
                "%6.2f s  %6d  %7d    %6.2f s  %6d  %5.2f  %6.2f s  %5.2f  %10d  %4s  %s",
                measured.together().seconds(),
                measured.together().oracleCalls(),
                measured.together().batches(),
                measured.single().seconds(),
                measured.single().oracleCalls(),
                measured.ratio(),
                measured.restored().seconds(),
                measured.together().seconds() / measured.restored().seconds(),
                measured.together().operations(),
                measured.same() ? "yes" : "no",
                measured.invariant()));
        text.flush();
    }

    private static double median(List<ShrinkBench.Measured> measured, ToDoubleFunction<ShrinkBench.Measured> figure) {
        double[] sorted = measured.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private JsonReport report(
            GuestSession session, List<ShrinkBench.Measured> measured, List<Double> seconds, boolean holds) {
        JsonReport report = JsonReport.of("pinfuzz-bench-shrink", 1);
        report.root()
                .put("kernel", session.template().hello().kernelRelease())
                .put("profile", session.profile().name())
                .put("guests", session.guests())
                .put("seed", seed)
                .put("holds", holds)
                .put("togetherSeconds", seconds.get(0))
                .put("singleSeconds", seconds.get(1))
                .put("restoredSeconds", seconds.get(2));
        ArrayNode all = report.root().putArray("programs");
        for (ShrinkBench.Measured each : measured) {
            ObjectNode node = all.addObject().put("invariant", each.invariant()).put("same", each.same());
            cost(node.putObject("together"), each.together());
            cost(node.putObject("single"), each.single());
            cost(node.putObject("restored"), each.restored());
        }
        return report;
    }

    private static void cost(ObjectNode node, ShrinkBench.Cost cost) {
        node.put("seconds", cost.seconds())
                .put("oracleCalls", cost.oracleCalls())
                .put("batches", cost.batches())
                .put("operations", cost.operations());
    }
}
