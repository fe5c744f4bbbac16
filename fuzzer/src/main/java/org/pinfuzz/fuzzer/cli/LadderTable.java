// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.pinfuzz.fuzzer.bench.Climb;
import org.pinfuzz.fuzzer.bench.LadderResult;
import org.pinfuzz.fuzzer.bench.Rung;
import org.pinfuzz.fuzzer.bench.RungResult;

/** The ladder for people. */
final class LadderTable {
    private LadderTable() {}

    /** One campaign in a line. */
    static String line(Rung rung, Climb climb) {
        String head = rung.name() + ", seed " + climb.seed() + ": ";
        return climb.hit()
                .map(hit -> String.format(
                        Locale.ROOT,
                        "%sfound by program %,d after %.1f s: %s%s, %d operations (shortest %d), %d of %d runs",
                        head,
                        hit.program(),
                        hit.seconds(),
                        hit.id(),
                        rung.invariants().contains(hit.invariant()) ? "" : " (not declared)",
                        hit.operations(),
                        rung.shortest().size(),
                        hit.hits(),
                        hit.runs()))
                .orElseGet(() -> String.format(
                        Locale.ROOT,
                        "%snot found in %,d programs and %.0f s%s",
                        head,
                        climb.programs(),
                        climb.seconds(),
                        climb.note().isEmpty() ? "" : "; " + climb.note()));
    }

    /** A line for each rung, then the goals. */
    static void print(LadderResult result, PrintWriter out) {
        TextTable table = new TextTable(
                "rung", "found", "programs", "seconds", "worst", "shrunk/shortest", "invariants", "short of the goals");
        for (RungResult rung : result.rungs()) {
            table.row(
                    rung.rung().name(),
                    rung.hits().size() + "/" + rung.climbs().size(),
                    figure("%,.0f", rung.medianPrograms()),
                    figure("%.1f", rung.medianSeconds()),
                    figure("%.1f", rung.worstSeconds()),
                    lengths(rung),
                    invariants(rung),
                    String.join(", ", LadderResult.shortcomings(rung)));
        }
        table.print(out);
        out.println();
        out.println("programs and seconds to the first hit are medians; one that was not found is slower than all");
        for (LadderResult.Goal goal : result.goals()) {
            out.println((goal.holds() ? "holds: " : "FAILS: ") + goal.reached() + " of " + goal.of() + " "
                    + goal.statement());
        }
        out.flush();
    }

    private static String figure(String format, OptionalDouble figure) {
        return figure.isPresent() ? String.format(Locale.ROOT, format, figure.getAsDouble()) : "-";
    }

    private static String lengths(RungResult rung) {
        String shrunk =
                rung.hits().stream().map(Climb.Hit::operations).collect(Collectors.toCollection(TreeSet::new)).stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(","));
        return (shrunk.isEmpty() ? "-" : shrunk) + "/" + rung.rung().shortest().size();
    }

    private static String invariants(RungResult rung) {
        List<String> reported = rung.hits().stream()
                .map(Climb.Hit::invariant)
                .distinct()
                .sorted()
                .map(invariant ->
                        rung.rung().invariants().contains(invariant) ? invariant : invariant + " (not declared)")
                .toList();
        return reported.isEmpty() ? "-" : String.join(", ", reported);
    }
}
