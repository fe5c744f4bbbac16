// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.generators.trace.TraceJson;

class TriageTest {
    private static final Triage.Origin ORIGIN =
            new Triage.Origin(42, 7, new Environment(SimulatedKernel.RELEASE, Map.of("pinfuzz", "a test")));

    private Path directory;

    @BeforeEach
    void inACampaignsDirectory(@TempDir Path campaign) {
        directory = campaign.resolve("findings");
    }

    private Triage triage(Oracle oracle) {
        return new Triage(oracle, new FindingStore(directory), TriageLimits.DEFAULT, InstantSource.system());
    }

    private static List<Oracle.Run> broken(int count) {
        return DrawnPrograms.breaking(Plant.FORK_SHARES_PINNED, "FORK-PARENT-KEEPS", "anon")
                .limit(count)
                .toList();
    }

    @Test
    void aViolationBecomesAFindingWithEverythingThatIsNeededToReplayIt() throws IOException {
        Oracle oracle = SimulatedOracle.with(Plant.FORK_SHARES_PINNED, 8);
        Oracle.Run run = broken(1).get(0);

        Outcome outcome = triage(oracle).triage(run, ORIGIN);

        assertThat(outcome).isInstanceOf(Outcome.Found.class);
        FindingRecord record = ((Outcome.Found) outcome).record();
        assertThat(record.id()).matches("FORK-PARENT-KEEPS-[0-9a-f]{8}");
        assertThat(record.operations()).isEqualTo(3);
        assertThat(record.hits()).isEqualTo(5);
        assertThat(record.runs()).isEqualTo(5);
        FindingStore store = new FindingStore(directory);
        assertThat(store.load(record.id())).isEqualTo(record);
        try (Stream<Path> files = Files.list(store.path(record.id()))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "report.md",
                            "report.html",
                            "program.json",
                            "original.json",
                            "trace.json",
                            "console.log",
                            "environment.json",
                            "finding.json");
        }
        Program program = Operations.JSON.read(store.read(record.id(), "program.json"), "a test");
        Trace trace = TraceJson.read(store.read(record.id(), "trace.json"), "a test");
        assertThat(Judge.judge(program, trace, List.of(), SimulatedOracle.KERNEL)
                        .first())
                .hasValueSatisfying(
                        violation -> assertThat(violation.invariant()).isEqualTo("FORK-PARENT-KEEPS"));
        assertThat(Operations.JSON.read(store.read(record.id(), "original.json"), "a test"))
                .isEqualTo(run.program());
    }

    @Test
    void theSameBugFoundByOtherProgramsIsOneFindingWithSightings() {
        Oracle oracle = SimulatedOracle.with(Plant.FORK_SHARES_PINNED, 8);
        List<Oracle.Run> runs = broken(4);

        List<Outcome> outcomes =
                runs.stream().map(run -> triage(oracle).triage(run, ORIGIN)).toList();

        assertThat(outcomes.get(0)).isInstanceOf(Outcome.Found.class);
        assertThat(outcomes.subList(1, 4))
                .allSatisfy(outcome -> assertThat(outcome).isInstanceOf(Outcome.Duplicate.class));
        FindingStore store = new FindingStore(directory);
        assertThat(store.list()).hasSize(1);
        assertThat(store.load(store.list().get(0)).sightings()).isEqualTo(4);
    }

    @Test
    void aBucketIsShrunkABoundedNumberOfTimes() {
        Triage triage = triage(SimulatedOracle.with(Plant.FORK_SHARES_PINNED, 8));
        Oracle.Run run = broken(1).get(0);

        for (int i = 0; i < TriageLimits.DEFAULT.shrinksPerBucket(); i++) {
            assertThat(triage.triage(run, ORIGIN)).isNotInstanceOf(Outcome.BucketFull.class);
        }

        assertThat(triage.triage(run, ORIGIN))
                .isEqualTo(new Outcome.BucketFull(
                        run.judgement().first().orElseThrow().bucket()));
    }

    @Test
    void whatDoesNotShowAgainIsNoFindingButKept() {
        Oracle.Run run = broken(1).get(0);

        Outcome outcome =
                triage(new SimulatedOracle(new SimulatedKernel(Set.of()), 8)).triage(run, ORIGIN);

        Path kept = directory
                .resolveSibling("unconfirmed")
                .resolve("FORK-PARENT-KEEPS-"
                        + Operations.JSON.digest(run.program()).substring(0, 8));
        assertThat(outcome)
                .isEqualTo(new Outcome.NotConfirmed(run.judgement().first().orElseThrow(), 0, 6, Optional.of(kept)));
        assertThat(kept.resolve("program.json"))
                .content()
                .satisfies(
                        text -> assertThat(Operations.JSON.read(text, "a test")).isEqualTo(run.program()));
        assertThat(kept.resolve("violation.txt")).content().contains("shown again by 0 of 6 runs alone");
        assertThat(new FindingStore(directory).list()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aBugThatShowsHalfOfTheTimeIsStoredWithItsHitsAndRuns(long seed) {
        SimulatedOracle oracle = SimulatedOracle.flaky(Plant.FORK_SHARES_PINNED, 0.5, seed);
        Oracle.Run run = broken(1).get(0);
        Triage triage = triage(oracle);

        Outcome outcome = triage.triage(run, ORIGIN);
        while (outcome instanceof Outcome.NotConfirmed) {
            outcome = triage.triage(run, ORIGIN);
        }

        FindingRecord record = ((Outcome.Found) outcome).record();
        assertThat(record.operations()).isEqualTo(3);
        assertThat(record.hits()).isGreaterThanOrEqualTo(TriageLimits.DEFAULT.flakyHits());
        assertThat((double) record.hits() / record.runs()).isBetween(0.25, 0.99);
    }

    @Test
    void whatShowsOnlyInCompanyIsStoredAsItWasFound() {
        Oracle.Run run = broken(1).get(0);
        SimulatedOracle broken = SimulatedOracle.with(Plant.FORK_SHARES_PINNED, 8);
        SimulatedOracle sound = new SimulatedOracle(new SimulatedKernel(Set.of()), 8);
        Oracle company = new Oracle() {
            @Override
            public List<Run> run(List<Program> programs) {
                return broken.run(programs);
            }

            @Override
            public List<Run> runAlone(Program program, int times) {
                return (program.equals(run.program()) ? broken : sound).runAlone(program, times);
            }

            @Override
            public int width() {
                return broken.width();
            }
        };

        FindingRecord record = ((Outcome.Found) triage(company).triage(run, ORIGIN)).record();

        assertThat(record.operations()).isEqualTo(DrawnPrograms.STEPS);
        assertThat(new FindingStore(directory).read(record.id(), "report.md"))
                .contains("a limit ended the shrink, there may be a shorter one");
    }

    @Test
    void aRunThatBrokeNothingIsRefused() {
        SimulatedOracle sound = new SimulatedOracle(new SimulatedKernel(Set.of()), 8);
        Oracle.Run run = sound.run(broken(1).get(0).program());

        assertThatThrownBy(() -> triage(sound).triage(run, ORIGIN)).hasMessage("the run to triage broke no invariant");
    }
}
