// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.triage.known.KnownBugs;

/**
 * Compares pages with stored ones. To store what is produced now, run with {@code -Dpinfuzz.golden.write=true} and read
 * the difference.
 */
class HtmlReportTest {
    private static final Path STORED = Path.of("src/test/resources/org/pinfuzz/triage/report");
    private static final String HOSTILE = "</pre><script>alert(1)</script>&\u0000\u001b[31m\u202e\"' onload=x";

    private static Program program(Plant plant) {
        return switch (plant) {
            case PIN_LEAKS_ON_SHORT_COUNT ->
                new Program(List.of(
                        Step.of(0, Operations.MMAP, 0, 1, 0, 0), Step.of(0, Operations.PIN, 0, 0, 2, 0, 0, 0, 0)));
            case COW_AFTER_MPROTECT ->
                new Program(List.of(
                        Step.of(0, Operations.MMAP, 0, 1, 0, 0),
                        Step.of(0, Operations.PIN, 0, 0, 1, 0, 0, 0, 0),
                        Step.of(0, Operations.MPROTECT, 0, 0, 1, 1),
                        Step.of(0, Operations.MPROTECT, 0, 0, 1, 0),
                        Step.of(0, Operations.WRITE, 0, 0, 1)));
            default -> throw new IllegalArgumentException("no program for " + plant);
        };
    }

    private static HtmlReport report(Plant plant, String release, Map<String, String> environment, String console) {
        Program program = program(plant);
        Trace trace = new SimulatedKernel(Set.of(plant)).run(program);
        Violation violation = Judge.judge(program, trace, List.of(), KernelVersion.parse(release))
                .first()
                .orElseThrow();
        FindingRecord record = new FindingRecord(
                violation.invariant() + "-3f9a1c2b",
                violation.invariant(),
                violation.label(),
                program.size(),
                19,
                20,
                1,
                release,
                "movable",
                List.of("VALUES"),
                42,
                7);
        return new HtmlReport(
                "mm: " + violation.title() + " on " + release,
                "./pinfuzz replay findings/" + record.id(),
                record,
                violation,
                program,
                trace,
                program.size() + " operations, shrunk from 50.",
                KnownBugs.read(Path.of("known-bugs")).attribute(violation, program, release),
                environment,
                console);
    }

    @ParameterizedTest
    @EnumSource(
            value = Plant.class,
            names = {"COW_AFTER_MPROTECT", "PIN_LEAKS_ON_SHORT_COUNT"})
    void aPageReadsAsItDidBefore(Plant plant) throws IOException {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("kernel", "5.10.0-test");
        environment.put("QEMU", "8.2.0");

        String text = report(plant, "5.10.0-test", environment, "WARNING: mm/gup.c:42\n")
                .text();

        Path stored = STORED.resolve("report-" + plant + ".html");
        if (Boolean.getBoolean("pinfuzz.golden.write")) {
            Files.createDirectories(STORED);
            Files.writeString(stored, text);
        }
        assertThat(text).isEqualTo(Files.readString(stored));
    }

    @Test
    void theOwnersMappingIsSeenToLeaveTheFrameOfThePin() {
        Program program = program(Plant.COW_AFTER_MPROTECT);
        Trace trace = new SimulatedKernel(Set.of(Plant.COW_AFTER_MPROTECT)).run(program);

        List<MemoryState> states = MemoryStates.of(program, trace, new KernelVersion(7, 2), program.size() - 1)
                .states();

        assertThat(states).hasSize(2);
        MemoryState.Holder pin = states.get(1).pins().get(0);
        assertThat(states.get(0).mappings().get(0).pfn()).isEqualTo(pin.pfn());
        assertThat(states.get(1).mappings().get(0).pfn()).isNotEqualTo(pin.pfn());
        assertThat(states.get(1).mappings().get(0).cell()).isEqualTo(pin.cell());
    }

    @Test
    void nothingThatAGuestSaysIsMarkup() throws Exception {
        String text = report(Plant.COW_AFTER_MPROTECT, "5.10.0-" + HOSTILE, Map.of(HOSTILE, HOSTILE), "BUG: " + HOSTILE)
                .text();

        assertThat(text)
                .contains("&lt;script&gt;")
                .doesNotContain("<script", "\u0000", "\u001b", "\u202e", "src=", "href=");
        // Apart from the two elements that HTML leaves open it is XML, so nothing can have broken out.
        String xml = text.replace("<!DOCTYPE html>", "")
                .replace("<meta charset=\"utf-8\">", "")
                .replace("<br>", "<br/>");
        assertThat(DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))
                        .getElementsByTagName("script")
                        .getLength())
                .isZero();
    }

    @Test
    void aLongConsoleIsShownAroundWhatTheKernelSaid() {
        String console = "booting\n".repeat(500) + "BUG: KASAN: use-after-free\n" + "after\n".repeat(500);

        String text =
                report(Plant.COW_AFTER_MPROTECT, "5.10.0", Map.of(), console).text();

        assertThat(text).contains("BUG: KASAN: use-after-free", "Lines 471 to 590 of 1001; all are in console.log.");
    }

    @Test
    void aMatrixIsPutInAndReplaced() {
        String page = report(Plant.COW_AFTER_MPROTECT, "5.10.0", Map.of(), "").text();

        String once = HtmlReport.withMatrix(page, "<svg>one</svg>");
        String twice = HtmlReport.withMatrix(once, "<svg>two</svg>");

        assertThat(page).doesNotContain("<h2>Kernels</h2>");
        assertThat(once).contains("<h2>Kernels</h2>\n<svg>one</svg>");
        assertThat(twice).contains("<svg>two</svg>").doesNotContain("one</svg>");
        assertThat(HtmlReport.withMatrix("no page", "<svg/>")).isEqualTo("no page");
    }

    @Test
    void aCrashThatLeftNoTraceHasAPageWithoutAPicture() {
        Program program = program(Plant.COW_AFTER_MPROTECT);
        Violation crash = Judge.judge(
                        program,
                        Trace.notStarted(),
                        List.of("BUG: unable to handle page fault"),
                        new KernelVersion(6, 12))
                .first()
                .orElseThrow();
        HtmlReport known = report(Plant.COW_AFTER_MPROTECT, "6.12.117", Map.of(), "");

        String text = new HtmlReport(
                        "mm: BUG",
                        known.replay(),
                        known.record(),
                        crash,
                        program,
                        Trace.notStarted(),
                        known.shrunk(),
                        known.attribution(),
                        known.environment(),
                        "BUG: unable to handle page fault")
                .text();

        assertThat(text).contains("BUG: unable to handle page fault").contains("NO-SPLAT");
    }
}
