// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.invariant.Moment;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Expectation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

/** A run as a table: each step with what was expected and what was seen, and what broke. */
final class StepTable {
    private StepTable() {}

    static List<String> lines(Program program, Trace trace, Judgement judgement, KernelVersion kernel) {
        Map<Integer, String> expected = new TreeMap<>();
        Judge.judge(program, trace, List.of(), kernel, moment -> expected.put(moment.index(), expected(moment)));
        int width = program.steps().stream()
                .mapToInt(step -> step.toString().length())
                .max()
                .orElse(0);
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < program.size(); i++) {
            Step step = program.steps().get(i);
            int index = i;
            boolean broke = judgement.violations().stream().anyMatch(violation -> violation.step() == index);
            String seen = i < trace.steps().size() ? seen(trace.steps().get(i)) : "not run";
            lines.add(String.format(
                    "%s%3d  %-" + Math.max(1, width) + "s  expected %s; seen %s",
                    broke ? ">" : " ",
                    i,
                    step,
                    expected.getOrDefault(i, "nothing: skipped"),
                    seen));
            if (i < trace.steps().size()) {
                for (PageFact page : trace.steps().get(i).pages()) {
                    lines.add("           " + page.describe());
                }
            }
        }
        for (Violation violation : judgement.violations()) {
            String where = violation.step() < program.size() ? "after step " + violation.step() : "at the end";
            lines.add(violation.label() + " " + violation.invariant() + " " + where
                    + (violation.pinMode().isEmpty() ? "" : ", " + violation.pinMode() + " pin")
                    + (violation.pageKind().isEmpty() ? "" : " of " + violation.pageKind() + " page"));
            lines.add("  expected: " + violation.expected());
            lines.add("  seen:     " + violation.seen());
        }
        judgement.inconclusive().forEach(reason -> lines.add("INCONCLUSIVE " + reason));
        return lines;
    }

    private static String expected(Moment moment) {
        return moment.expectation().map(Expectation::allowed).orElse("");
    }

    private static String seen(StepTrace trace) {
        return switch (trace.status()) {
            case DONE -> trace.resultText();
            default ->
                trace.status().toString().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        };
    }
}
