// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.regress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringReader;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.triage.Oracle;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

final class RegressionTest {
    private static final Program PROGRAM = new Program(List.of(Step.of(0, Operations.MMAP, 0, 1, 0, 0)));

    /** A guest that breaks an invariant in the runs that are told, and in no later one. */
    private static final class Script implements Oracle {
        private final Iterator<Boolean> breaks;
        private int asked;

        Script(Boolean... breaks) {
            this.breaks = Arrays.asList(breaks).iterator();
        }

        @Override
        public List<Run> run(List<Program> programs) {
            throw new IllegalStateException("cases run alone");
        }

        @Override
        public List<Run> runAlone(Program program, int times) {
            List<Run> runs = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                asked++;
                boolean broken = breaks.hasNext() && breaks.next();
                List<Violation> violations = broken
                        ? List.of(new Violation("LT-ZONE", 0, "mmap", "none", "anon", true, "5.13", "<x>", "y"))
                        : List.of();
                Judgement judgement = new Judgement(violations, List.of(), true, 8, Map.of(), Set.of());
                runs.add(new Run(program, Trace.notStarted(), judgement, ""));
            }
            return runs;
        }

        @Override
        public int width() {
            return 1;
        }
    }

    private static RegressCase recorded(Recorded... recorded) {
        return judgedBy(Set.of(), recorded);
    }

    private static RegressCase judgedBy(Set<String> invariants, Recorded... recorded) {
        return new RegressCase(
                "seeds/known/a#b",
                "It holds.",
                "movable",
                PROGRAM,
                invariants,
                Arrays.stream(recorded).findFirst());
    }

    private static Recorded broke(int hits, int runs) {
        return new Recorded(hits, runs, hits > 0 ? Set.of("LT-ZONE") : Set.of());
    }

    private static RegressResult run(RegressCase regressCase, Oracle oracle) {
        return new Regression(3, InstantSource.system()).run(regressCase, oracle);
    }

    @Test
    void whatPassesAsRecordedRunsAsOftenAsIsAskedFor() {
        Script script = new Script();
        assertThat(run(recorded(broke(0, 3)), script).standing()).isEqualTo(Standing.PASSED);
        assertThat(script.asked).isEqualTo(3);
        assertThat(run(recorded(), new Script()).standing()).isEqualTo(Standing.PASSED);
    }

    @Test
    void whatBreaksIsNewUnlessItIsRecorded() {
        assertThat(run(recorded(), new Script(true, true, true)).standing()).isEqualTo(Standing.NEW);
        assertThat(run(recorded(broke(0, 3)), new Script(true, true, true)).standing())
                .isEqualTo(Standing.NEW);
        assertThat(run(recorded(broke(3, 3)), new Script(true, true, true)).standing())
                .isEqualTo(Standing.KNOWN);
    }

    @Test
    void whatBreaksSomethingElseThanRecordedIsNew() {
        RegressCase other = recorded(new Recorded(3, 3, Set.of("PIN-BALANCE")));
        assertThat(run(other, new Script(true, true, true)).standing()).isEqualTo(Standing.NEW);
    }

    @Test
    void whatACaseIsNotJudgedByDoesNotCount() {
        RegressCase other = judgedBy(Set.of("PIN-BALANCE"), broke(0, 1));
        assertThat(run(other, new Script(true, true, true)).standing()).isEqualTo(Standing.PASSED);
    }

    @Test
    void whatBreaksInOneRunOnlyIsRunMoreOften() {
        Script script = new Script(false, true);
        RegressResult flaky = run(recorded(broke(2, 3)), script);
        assertThat(flaky.standing()).isEqualTo(Standing.FLAKY);
        assertThat(flaky.seen()).contains(broke(1, 10));
        assertThat(run(recorded(broke(0, 3)), new Script(false, true)).standing())
                .isEqualTo(Standing.NEW);
    }

    /** With a rate of 1/2 five runs leave less than 5 % of doubt, with 1/5 fourteen; 1/50 would take 149. */
    @ParameterizedTest
    @CsvSource({"1, 2, 5, FIXED", "1, 5, 14, FIXED", "1, 50, 60, FLAKY", "3, 3, 3, FIXED"})
    void whatBrokeNowAndThenIsFixedOnlyAfterEnoughRuns(int hits, int runs, int asked, Standing standing) {
        Script script = new Script();
        assertThat(run(recorded(broke(hits, runs)), script).standing()).isEqualTo(standing);
        assertThat(script.asked).isEqualTo(asked);
    }

    @Test
    void whatCannotBeJudgedIsUnknown() {
        assertThat(Regression.compare(Optional.of(broke(3, 3)), Optional.empty()))
                .isEqualTo(Standing.UNKNOWN);
    }

    private static RegressReport report() {
        return new RegressReport(
                "6.1.0",
                List.of(
                        run(recorded(), new Script()),
                        run(recorded(), new Script(true, true, true)),
                        run(recorded(broke(3, 3)), new Script(true, true, true)),
                        run(recorded(broke(3, 3)), new Script()),
                        RegressResult.skipped(recorded(), "no guests\u0000")));
    }

    @Test
    void tapHasALineForEachCaseAndMoreForWhatIsNewOrFixed() {
        assertThat(report().tap()).isEqualTo("""
            TAP version 14
            1..5
            ok 1 - seeds/known/a\\#b
            not ok 2 - seeds/known/a\\#b
              ---
              standing: new
              title: 'It holds.'
              seen: '3/3 LT-ZONE'
              note: 'VIOLATION of LT-ZONE after step 0: expected: <x>; seen: y; nothing is recorded of it on this kernel'
              ...
            not ok 3 - seeds/known/a\\#b # TODO known, 3/3 LT-ZONE
            ok 4 - seeds/known/a\\#b
              ---
              standing: fixed
              title: 'It holds.'
              seen: 'passes'
              note: 'recorded: 3/3 LT-ZONE'
              ...
            ok 5 - seeds/known/a\\#b # SKIP no guests
            """);
    }

    @Test
    void junitCountsWhatIsNewAsFailuresAndIsWellFormed() throws Exception {
        Document document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(report().junit())));
        Element suite = document.getDocumentElement();
        assertThat(suite.getAttribute("name")).isEqualTo("pinfuzz regress on 6.1.0");
        assertThat(List.of(suite.getAttribute("tests"), suite.getAttribute("failures"), suite.getAttribute("skipped")))
                .containsExactly("5", "1", "2");
        Element failure = (Element) suite.getElementsByTagName("failure").item(0);
        assertThat(failure.getAttribute("message")).contains("new, 3/3 LT-ZONE").contains("<x>");
        assertThat(((Element) failure.getParentNode()).getAttribute("classname"))
                .isEqualTo("seeds/known");
    }

    @Test
    void theJsonOfOneRunIsTheBaselineOfTheNext() {
        ObjectNode root = JsonMapper.builder()
                .build()
                .createObjectNode()
                .put("format", RegressReport.FORMAT)
                .put("version", RegressReport.VERSION);
        new RegressReport("6.1.0", List.of(run(recorded(), new Script(true, true, true)))).fill(root);
        Map<String, Recorded> known = RegressReport.read(root.toString(), "a test");
        assertThat(known).containsExactly(Map.entry("seeds/known/a#b", broke(3, 3)));
        root.put("version", 2);
        assertThatThrownBy(() -> RegressReport.read(root.toString(), "a test"))
                .isInstanceOf(StoreException.class)
                .hasMessage("reading the baseline a test failed: it is not pinfuzz-regress version 1 but 2; use a newer"
                        + " pinfuzz");
    }
}
