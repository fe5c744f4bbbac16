// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.fuzzer.guest.SimulatedRunner;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.Triage;
import org.pinfuzz.triage.TriageLimits;

/** The whole way of a program on the kernel in memory: thousands of programs in a second. */
final class CampaignTest {
    private static final int PROGRAMS = 3_000;

    @TempDir
    private Path out;

    private final List<Program> kept = new ArrayList<>();

    private CampaignResult campaign(SimulatedRunner runner, long seed, Path findings) throws InterruptedException {
        FindingStore store = new FindingStore(findings);
        Triage triage = new Triage(runner, store, TriageLimits.DEFAULT, InstantSource.system());
        TriageDesk desk = new TriageDesk(
                store,
                Map.of("simulated", new TriageDesk.Place(triage, new Environment(SimulatedKernel.RELEASE, Map.of()))));
        CampaignSettings settings = new CampaignSettings(
                seed, SimulatedKernel.operations(), Optional.empty(), OptionalLong.of(PROGRAMS), false);
        Keeper keeper = (program, ofSeed, index, profile, parents, signal) -> kept.add(program);
        CampaignListener silent = new CampaignListener() {
            @Override
            public void progress(Snapshot snapshot) {}

            @Override
            public void finding(CampaignFinding finding) {}
        };
        return new Campaign(settings, List.of(runner), 1, keeper, desk, silent).run();
    }

    @Test
    void a_sound_kernel_passes_every_program_and_teaches_something() throws InterruptedException {
        CampaignResult result = campaign(SimulatedRunner.with(), 1, out);
        assertThat(result.findings()).isEmpty();
        assertThat(result.untriaged()).isEmpty();
        assertThat(result.counts().programs()).isEqualTo(PROGRAMS);
        assertThat(result.counts().pass()).isEqualTo(PROGRAMS);
        assertThat(result.counts().judged()).isGreaterThan(PROGRAMS / 2);
        assertThat(result.counts().medianSteps()).isGreaterThanOrEqualTo(Judge.JUDGED_STEPS);
        assertThat(result.kept()).isEqualTo(kept.size()).isPositive();
    }

    @Test
    void a_planted_bug_becomes_one_finding_with_its_shortest_program() throws InterruptedException {
        CampaignResult result = campaign(SimulatedRunner.with(Plant.LONG_TERM_PIN_STAYS_MOVABLE), 2, out);
        assertThat(result.findings()).extracting(CampaignFinding::invariant).contains("LT-ZONE");
        CampaignFinding finding = result.findings().get(0);
        assertThat(finding.operations()).isEqualTo(2);
        assertThat(finding.hits()).isEqualTo(finding.runs());
        assertThat(finding.sightings()).isBetween(1L, (long) PROGRAMS);
        assertThat(finding.path().resolve("report.md")).exists();
    }

    @Test
    void the_same_seed_draws_the_same_programs() throws InterruptedException {
        SimulatedRunner one = SimulatedRunner.with();
        SimulatedRunner two = SimulatedRunner.with();
        campaign(one, 7, out.resolve("one"));
        campaign(two, 7, out.resolve("two"));
        assertThat(one.ran()).isEqualTo(two.ran());
        SimulatedRunner other = SimulatedRunner.with();
        campaign(other, 8, out.resolve("other"));
        assertThat(other.ran()).isNotEqualTo(one.ran());
    }
}
