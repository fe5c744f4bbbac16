// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.generators.invariant.Invariants;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.triage.known.Attribution;
import org.pinfuzz.triage.known.KnownBug;
import org.pinfuzz.triage.report.HtmlReport;

/**
 * A finding for people, in Markdown: how to replay it comes first, then what broke.
 *
 * @param record the finding
 * @param violation what the shrunk program broke
 * @param program the shrunk program
 * @param trace what the guest saw of it
 * @param originalSteps steps of the program that was found
 * @param complete whether the shrink came to its end
 * @param environment where it was seen
 * @param attribution which known bugs explain it
 * @param replay the command that shows it again
 */
record FindingReport(
        FindingRecord record,
        Violation violation,
        Program program,
        Trace trace,
        int originalSteps,
        boolean complete,
        Environment environment,
        Attribution attribution,
        String replay) {
    FindingReport {
        requireNonNull(record, "record is null");
        requireNonNull(violation, "violation is null");
        requireNonNull(program, "program is null");
        requireNonNull(trace, "trace is null");
        requireNonNull(environment, "environment is null");
        requireNonNull(attribution, "attribution is null");
        requireNonNull(replay, "replay is null");
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("# ").append(title()).append("\n\n    ").append(replay).append("\n\n");
        verdict(text);
        invariant(text);
        program(text);
        broken(text);
        knownBugs(text);
        environment(text);
        return text.toString();
    }

    /**
     * The same finding as a page with pictures.
     *
     * @param console what the guest's console said of the run
     */
    HtmlReport page(String console) {
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("kernel", environment.kernelRelease());
        if (!environment.profile().isEmpty()) {
            rows.put("profile", environment.profile());
        }
        rows.putAll(environment.details());
        rows.put("seed", Long.toString(record.seed()));
        rows.put("program", Long.toString(record.index()));
        return new HtmlReport(title(), replay, record, violation, program, trace, shrunk(), attribution, rows, console);
    }

    /** As the subject of a mail to a kernel list. */
    private String title() {
        String kernel = " on " + environment.kernelRelease();
        if (violation.invariant().equals(Target.SPLAT)) {
            return "mm: " + SplatTitle.printable(violation.seen()) + kernel;
        }
        return "mm: " + violation.title() + kernel;
    }

    private void verdict(StringBuilder text) {
        text.append("**").append(violation.label()).append("** of ").append(violation.invariant());
        text.append(violation.promised() ? ", promised" : ", not promised by this kernel but")
                .append(" from ");
        text.append(violation.promisedFrom())
                .append(". Seen in ")
                .append(record.hits())
                .append(" of ");
        text.append(record.runs()).append(" runs, each alone on a restored guest.\n");
    }

    private void invariant(StringBuilder text) {
        Invariants.named(violation.invariant())
                .ifPresent(invariant -> text.append("\n## Invariant\n\n")
                        .append(invariant.statement())
                        .append("\n\nSource: ")
                        .append(invariant.source())
                        .append(".\n"));
    }

    private void program(StringBuilder text) {
        Set<Integer> tasks = new TreeSet<>();
        program.steps().forEach(step -> tasks.add(step.task()));
        text.append("\n## Program\n\n").append(shrunk()).append("\n\n");
        text.append("| step |");
        tasks.forEach(
                task -> text.append(' ').append(HandleKind.TASK.text(task)).append(" |"));
        text.append(" answer |\n|---|").append("---|".repeat(tasks.size() + 1)).append('\n');
        for (int i = 0; i < program.size(); i++) {
            Step step = program.steps().get(i);
            String mark = i == violation.step() ? "**" : "";
            text.append("| ").append(mark).append(i).append(mark).append(" |");
            for (int task : tasks) {
                String call = (step.operation().name() + " " + step.argumentText()).strip();
                text.append(task == step.task() ? " " + mark + call + mark + " |" : " |");
            }
            text.append(' ').append(answer(i)).append(" |\n");
        }
    }

    private String shrunk() {
        return program.size() + " operations, shrunk from " + originalSteps
                + (complete ? "." : "; a limit ended the shrink, there may be a shorter one.");
    }

    private String answer(int index) {
        if (index >= trace.steps().size()) {
            return "";
        }
        StepTrace step = trace.steps().get(index);
        if (!step.done()) {
            return step.status().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
        }
        return step.faultMask() == 0 ? step.resultText() : "fault, pages 0b" + Integer.toBinaryString(step.faultMask());
    }

    private void broken(StringBuilder text) {
        text.append("\n## What broke\n\n");
        if (violation.step() < program.size()) {
            text.append("After step ").append(violation.step()).append(" (`");
            text.append(program.steps().get(violation.step()).toString().strip())
                    .append("`):\n\n");
        } else {
            text.append("When all steps were over:\n\n");
        }
        text.append("- expected: ")
                .append(SplatTitle.printable(violation.expected()))
                .append('\n');
        text.append("- seen: ").append(SplatTitle.printable(violation.seen())).append('\n');
        if (!record.alternativeTitles().isEmpty()) {
            text.append("\nIn the same run the kernel also said:\n\n");
            record.alternativeTitles()
                    .forEach(title -> text.append("- ")
                            .append(SplatTitle.printable(title))
                            .append('\n'));
        }
        if (!record.otherViolations().isEmpty()) {
            text.append("\nThe program also breaks ")
                    .append(String.join(", ", record.otherViolations()))
                    .append(".\n");
        }
    }

    private void knownBugs(StringBuilder text) {
        if (attribution.compared() == 0) {
            return;
        }
        text.append("\n## Known bug\n\n");
        for (KnownBug bug : attribution.matches()) {
            text.append("**").append(bug.id()).append("**: ").append(bug.title());
            text.append(" In kernels ").append(bug.span()).append(".\n\nSource: ");
            text.append(bug.source()).append(".\n");
        }
        if (attribution.matches().isEmpty()) {
            text.append("It ").append(attribution.sentence()).append(".\n");
        }
        if (!attribution.mended().isEmpty()) {
            text.append('\n').append(attribution.notExplained()).append('\n');
        }
    }

    private void environment(StringBuilder text) {
        text.append("\n## Environment\n\n| | |\n|---|---|\n");
        row(text, List.of("kernel", environment.kernelRelease()));
        if (!environment.profile().isEmpty()) {
            row(text, List.of("profile", environment.profile()));
        }
        environment.details().forEach((name, value) -> row(text, List.of(name, value)));
        row(text, List.of("seed", Long.toString(record.seed())));
        row(text, List.of("program", Long.toString(record.index())));
    }

    private static void row(StringBuilder text, List<String> cells) {
        text.append('|');
        cells.forEach(
                cell -> text.append(' ').append(SplatTitle.printable(cell)).append(" |"));
        text.append('\n');
    }
}
