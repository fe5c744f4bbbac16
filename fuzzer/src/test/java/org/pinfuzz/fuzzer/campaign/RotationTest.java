// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.fuzzer.guest.ProfileRunner;
import org.pinfuzz.fuzzer.guest.SimulatedRunner;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.Triage;
import org.pinfuzz.triage.TriageLimits;

/** A campaign goes through several profiles; each stands for a kernel in memory of its own. */
final class RotationTest {
    private static final int FIRST = Rotation.FIRST_PROGRAMS;

    @TempDir
    private Path out;

    private final Map<Program, String> kept = new LinkedHashMap<>();

    private CampaignResult campaign(int programs, SimulatedRunner... runners) throws InterruptedException {
        FindingStore store = new FindingStore(out.resolve("findings-" + runners.length + "-" + programs));
        Map<String, TriageDesk.Place> places = new HashMap<>();
        for (SimulatedRunner runner : runners) {
            Triage triage = new Triage(runner, store, TriageLimits.DEFAULT, InstantSource.system());
            Environment environment = new Environment(
                    SimulatedKernel.RELEASE, runner.profile(), List.of("--profile", runner.profile()), Map.of());
            places.put(runner.profile(), new TriageDesk.Place(triage, environment));
        }
        CampaignSettings settings = new CampaignSettings(
                5, SimulatedKernel.operations(), Optional.empty(), OptionalLong.of(programs), false);
        CampaignListener silent = new CampaignListener() {
            @Override
            public void progress(Snapshot snapshot) {}

            @Override
            public void finding(CampaignFinding finding) {}
        };
        Keeper keeper = (program, seed, index, profile, parents, signal) -> kept.put(program, profile);
        return new Campaign(settings, List.<ProfileRunner>of(runners), 1, keeper, new TriageDesk(store, places), silent)
                .run();
    }

    private static SimulatedRunner profile(String name, Plant... plants) {
        return SimulatedRunner.in(name, EnumSet.allOf(Facility.class), plants);
    }

    @Test
    void slices_take_turns_and_grow() {
        Rotation rotation = new Rotation(3);
        assertThat(LongStream.range(0, 6)
                        .map(slice -> rotation.of(slice * FIRST))
                        .boxed())
                .containsExactly(0L, 1L, 2L, 0L, 1L, 2L);
        assertThat(rotation.of(FIRST - 1)).isZero();
        assertThat(rotation.left(0)).isEqualTo(FIRST);
        assertThat(rotation.left(FIRST - 1)).isEqualTo(1);
        long fifthRound = 4L * 3 * FIRST;
        assertThat(rotation.of(fifthRound)).isZero();
        assertThat(rotation.left(fifthRound)).isEqualTo(4 * FIRST);
        long thirteenthRound = fifthRound + 8L * 3 * 4 * FIRST;
        assertThat(rotation.of(thirteenthRound - 1)).isEqualTo(2);
        assertThat(rotation.of(thirteenthRound)).isZero();
        assertThat(rotation.left(thirteenthRound)).isEqualTo(16 * FIRST);
    }

    @Test
    void one_profile_is_never_left_and_none_is_refused() {
        assertThat(new Rotation(1).left(77)).isEqualTo(Long.MAX_VALUE);
        assertThatThrownBy(() -> new Rotation(0)).hasMessageContaining("at least 1 profile, not 0");
    }

    @Test
    void every_profile_gets_its_slices_and_its_guests_rest_when_its_turn_is_over() throws InterruptedException {
        SimulatedRunner one = profile("one");
        SimulatedRunner two = profile("two");
        CampaignResult result = campaign(6 * FIRST, one, two, profile("three"));
        assertThat(result.counts().profiles()).containsOnlyKeys("one", "two", "three");
        assertThat(result.counts().profiles().values())
                .extracting(ProfileCounts::programs)
                .containsOnly(2L * FIRST);
        assertThat(one.ran()).hasSize(2 * FIRST);
        assertThat(one.rests()).contains(FIRST, 2 * FIRST);
        assertThat(two.rests()).contains(FIRST, 2 * FIRST);
    }

    @Test
    void a_profile_draws_no_operation_that_its_guests_lack_not_even_from_parents() throws InterruptedException {
        SimulatedRunner all = profile("all");
        SimulatedRunner few = SimulatedRunner.in("few", Set.of(Facility.MODULE));
        campaign(8 * FIRST, all, few);
        assertThat(all.ran()).anyMatch(program -> !possibleIn(program, few));
        assertThat(few.ran()).isNotEmpty().allMatch(program -> possibleIn(program, few));
    }

    private static boolean possibleIn(Program program, SimulatedRunner runner) {
        return program.steps().stream()
                .allMatch(step ->
                        runner.facilities().containsAll(Operations.of(step).needs()));
    }

    @Test
    void a_bug_of_one_profile_is_triaged_there_and_its_finding_says_so() throws InterruptedException {
        SimulatedRunner sound = profile("sound");
        SimulatedRunner broken = profile("broken", Plant.LONG_TERM_PIN_STAYS_MOVABLE);
        CampaignResult result = campaign(4 * FIRST, sound, broken);
        assertThat(sound.ran()).as("programs of the sound profile").hasSize(2 * FIRST);
        assertThat(broken.ran()).as("programs and their triage").hasSizeGreaterThan(2 * FIRST);
        assertThat(result.findings()).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.invariant()).isEqualTo("LT-ZONE");
            assertThat(finding.profile()).isEqualTo("broken");
            assertThat(finding.seenIn()).containsExactly("broken");
            assertThat(finding.path().resolve("report.md"))
                    .content()
                    .contains("--profile broken", "| profile | broken |");
            assertThat(finding.path().resolve("finding.json")).content().contains("\"profile\" : \"broken\"");
        });
        assertThat(result.counts().profiles().get("sound").violation()).isZero();
        assertThat(result.counts().profiles().get("broken").violation()).isPositive();
    }

    @Test
    void a_bug_of_all_profiles_is_one_finding_that_names_where_it_was_seen() throws InterruptedException {
        CampaignResult result = campaign(
                4 * FIRST,
                profile("one", Plant.LONG_TERM_PIN_STAYS_MOVABLE),
                profile("two", Plant.LONG_TERM_PIN_STAYS_MOVABLE));
        assertThat(result.findings())
                .filteredOn(finding -> finding.operations() == 2)
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.seenIn()).containsExactly("one", "two"));
        assertThat(result.findings()).extracting(CampaignFinding::id).doesNotHaveDuplicates();
    }

    @Test
    void programs_are_kept_with_the_profile_in_which_they_showed_something() throws InterruptedException {
        SimulatedRunner one = profile("one");
        SimulatedRunner two = profile("two");
        CampaignResult result = campaign(4 * FIRST, one, two);
        assertThat(kept.values()).contains("one", "two");
        kept.forEach((program, profile) ->
                assertThat(profile.equals("one") ? one.ran() : two.ran()).contains(program));
        assertThat(result.counts().profiles().values().stream()
                        .mapToLong(ProfileCounts::newSignal)
                        .sum())
                .isEqualTo(result.counts().signal());
    }

    @Test
    void the_programs_of_a_profile_do_not_depend_on_how_fast_they_run() throws InterruptedException {
        SimulatedRunner one = profile("one");
        SimulatedRunner two = profile("two");
        campaign(2 * FIRST, one, two);
        List<Program> first = List.copyOf(two.ran());
        SimulatedRunner again = profile("two");
        campaign(2 * FIRST, profile("one"), again);
        assertThat(again.ran()).isEqualTo(first);
    }
}
