// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.report;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.generators.invariant.Invariants;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.triage.known.Attribution;
import org.pinfuzz.triage.known.KnownBug;
import org.pinfuzz.triage.markup.Markup;

/**
 * A finding as one HTML page that needs nothing else: no scripts, no network. All text that a guest or a user had a hand
 * in is escaped.
 *
 * @param sentence what broke, as the subject of a mail
 * @param replay the command that shows it again
 * @param record the finding
 * @param violation what the shrunk program broke
 * @param program the shrunk program
 * @param trace what the guest saw of it
 * @param shrunk how short it was made, in one sentence
 * @param attribution which known bugs explain it
 * @param environment where it was seen, in the order in which it is shown
 * @param console what the guest's console said of the run
 */
public record HtmlReport(
        String sentence,
        String replay,
        FindingRecord record,
        Violation violation,
        Program program,
        Trace trace,
        String shrunk,
        Attribution attribution,
        Map<String, String> environment,
        String console) {
    /** Where the picture of a matrix goes; a comment as long as there is none. */
    static final String MATRIX_PLACE = "<!-- matrix -->";

    private static final String MATRIX_START = "<!-- matrix start -->";
    private static final String MATRIX_END = "<!-- matrix end -->";
    private static final int CONSOLE_LINES = 120;
    private static final String STYLE = "body{font-family:sans-serif;max-width:75em;margin:2em auto;padding:0 1em}"
            + "pre,code,td.step{font-family:monospace}pre{background:#f2f2f2;padding:.8em;overflow:auto}"
            + "table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.25em .5em;text-align:left;"
            + "vertical-align:top}tr.broken{background:#fbdcd9}svg{max-width:100%;height:auto}";

    public HtmlReport {
        requireNonNull(sentence, "sentence is null");
        requireNonNull(replay, "replay is null");
        requireNonNull(record, "record is null");
        requireNonNull(violation, "violation is null");
        requireNonNull(program, "program is null");
        requireNonNull(trace, "trace is null");
        requireNonNull(shrunk, "shrunk is null");
        requireNonNull(attribution, "attribution is null");
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        requireNonNull(console, "console is null");
    }

    /** The page. */
    public String text() {
        MemoryStates states = MemoryStates.of(program, trace, version(), violation.step());
        StringBuilder html =
                new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.append("<title>").append(Markup.escaped(sentence)).append("</title>\n");
        html.append("<style>").append(STYLE).append("</style>\n</head>\n<body>\n");
        html.append("<pre>").append(Markup.escaped(replay)).append("</pre>\n");
        html.append("<h1>").append(Markup.escaped(sentence)).append("</h1>\n");
        verdict(html);
        steps(html, states.expected());
        broken(html);
        picture(html, states.states());
        knownBug(html);
        html.append(MATRIX_PLACE).append('\n');
        environment(html);
        console(html);
        return html.append("</body>\n</html>\n").toString();
    }

    /**
     * A page of a finding with the picture of a matrix in it; an earlier one is replaced.
     *
     * @param page what {@link #text} made
     * @param svg the picture
     */
    public static String withMatrix(String page, String svg) {
        String section = MATRIX_START + "<h2>Kernels</h2>\n" + svg + MATRIX_END;
        int start = page.indexOf(MATRIX_START);
        int end = page.indexOf(MATRIX_END, start + 1);
        if (start >= 0 && end > start) {
            return page.substring(0, start) + section + page.substring(end + MATRIX_END.length());
        }
        int place = page.indexOf(MATRIX_PLACE);
        return place < 0 ? page : page.substring(0, place) + section + page.substring(place + MATRIX_PLACE.length());
    }

    /** A release without a version is taken for one that promises everything. */
    private KernelVersion version() {
        try {
            return KernelVersion.parse(record.kernelRelease());
        } catch (IllegalArgumentException e) {
            return new KernelVersion(999, 0);
        }
    }

    private void verdict(StringBuilder html) {
        html.append("<p><strong>").append(Markup.escaped(violation.label())).append("</strong> of ");
        html.append(Markup.escaped(violation.invariant()))
                .append(violation.promised() ? ", promised from " : ", not promised by this kernel but from ");
        html.append(Markup.escaped(violation.promisedFrom())).append(". Seen in ");
        html.append(record.hits()).append(" of ").append(record.runs());
        html.append(" runs, each alone on a restored guest.</p>\n");
        Invariants.named(violation.invariant())
                .ifPresent(invariant -> html.append("<p>")
                        .append(Markup.escaped(invariant.statement()))
                        .append("<br>Source: ")
                        .append(Markup.escaped(invariant.source()))
                        .append(".</p>\n"));
    }

    private void steps(StringBuilder html, Map<Integer, String> expected) {
        TreeSet<Integer> tasks = new TreeSet<>();
        program.steps().forEach(step -> tasks.add(step.task()));
        html.append("<h2>Program</h2>\n<p>").append(Markup.escaped(shrunk)).append("</p>\n<table>\n<tr><th>step</th>");
        tasks.forEach(
                task -> html.append("<th>").append(HandleKind.TASK.text(task)).append("</th>"));
        html.append("<th>expected</th><th>seen</th></tr>\n");
        for (int i = 0; i < program.size(); i++) {
            Step step = program.steps().get(i);
            html.append(i == violation.step() ? "<tr class=\"broken\">" : "<tr>")
                    .append("<td>")
                    .append(i)
                    .append("</td>");
            for (int task : tasks) {
                String call = (step.operation().name() + " " + step.argumentText()).strip();
                html.append("<td class=\"step\">")
                        .append(task == step.task() ? Markup.escaped(call) : "")
                        .append("</td>");
            }
            String answer = expected.getOrDefault(i, "");
            html.append("<td>").append(Markup.escaped(answer)).append("</td><td>");
            html.append(Markup.escaped(seen(i))).append("</td></tr>\n");
        }
        html.append("</table>\n");
    }

    private String seen(int index) {
        if (index >= trace.steps().size()) {
            return "";
        }
        StepTrace step = trace.steps().get(index);
        if (!step.done()) {
            return step.status().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
        return step.faultMask() == 0 ? step.resultText() : "fault, pages 0b" + Integer.toBinaryString(step.faultMask());
    }

    private void broken(StringBuilder html) {
        String when = violation.step() < program.size()
                ? "After step " + violation.step() + " ("
                        + program.steps().get(violation.step()).toString().strip() + ")"
                : "When all steps were over";
        html.append("<h2>What broke</h2>\n<p>")
                .append(Markup.escaped(when))
                .append(":</p>\n<table>\n<tr><th>expected</th><td>");
        html.append(Markup.escaped(violation.expected())).append("</td></tr>\n<tr><th>seen</th><td>");
        html.append(Markup.escaped(violation.seen())).append("</td></tr>\n</table>\n");
        if (!record.otherViolations().isEmpty()) {
            html.append("<p>The program also breaks ")
                    .append(Markup.escaped(String.join(", ", record.otherViolations())))
                    .append(".</p>\n");
        }
        if (!record.alternativeTitles().isEmpty()) {
            html.append("<p>In the same run the kernel also said:</p>\n<ul>\n");
            record.alternativeTitles()
                    .forEach(title ->
                            html.append("<li>").append(Markup.escaped(title)).append("</li>\n"));
            html.append("</ul>\n");
        }
    }

    private static void picture(StringBuilder html, List<MemoryState> states) {
        if (states.isEmpty()) {
            return;
        }
        html.append("<h2>Memory</h2>\n"
                + "<p>Lines lead to the frames that the guest saw; c0, c1 are the model's cells. A mapping and a"
                + " pin of one cell belong to one frame.</p>\n");
        for (MemoryState state : states) {
            html.append("<h3>").append(Markup.escaped(state.title())).append("</h3>\n");
            html.append(MemorySvg.draw(state));
        }
    }

    private void knownBug(StringBuilder html) {
        if (attribution.compared() == 0) {
            return;
        }
        html.append("<h2>Known bug</h2>\n");
        for (KnownBug bug : attribution.matches()) {
            html.append("<p><strong>").append(Markup.escaped(bug.id())).append("</strong>: ");
            html.append(Markup.escaped(bug.title() + " In kernels " + bug.span() + "."))
                    .append("<br>Source: ")
                    .append(Markup.escaped(bug.source()))
                    .append(".</p>\n");
        }
        if (attribution.matches().isEmpty()) {
            html.append("<p>It ").append(Markup.escaped(attribution.sentence())).append(".</p>\n");
        }
        if (!attribution.mended().isEmpty()) {
            html.append("<p>")
                    .append(Markup.escaped(attribution.notExplained()))
                    .append("</p>\n");
        }
    }

    private void environment(StringBuilder html) {
        html.append("<h2>Environment</h2>\n<table>\n");
        environment.forEach((name, value) -> html.append("<tr><th>")
                .append(Markup.escaped(name))
                .append("</th><td>")
                .append(Markup.escaped(value))
                .append("</td></tr>\n"));
        html.append("</table>\n");
    }

    private void console(StringBuilder html) {
        List<String> lines = console.lines().toList();
        if (lines.isEmpty()) {
            return;
        }
        // The title is what the lines around it explain.
        int title = splatLine(lines);
        int from = Math.max(0, Math.min(title - CONSOLE_LINES / 4, lines.size() - CONSOLE_LINES));
        int to = Math.min(lines.size(), from + CONSOLE_LINES);
        html.append("<h2>Console</h2>\n<pre>")
                .append(Markup.escaped(String.join("\n", lines.subList(from, to))))
                .append("</pre>\n");
        if (to - from < lines.size()) {
            html.append("<p>Lines ")
                    .append(from + 1)
                    .append(" to ")
                    .append(to)
                    .append(" of ")
                    .append(lines.size())
                    .append("; all are in console.log.</p>\n");
        }
    }

    private static int splatLine(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).matches(".*(BUG|WARNING|KASAN|Oops|panic|general protection).*")) {
                return i;
            }
        }
        return 0;
    }
}
