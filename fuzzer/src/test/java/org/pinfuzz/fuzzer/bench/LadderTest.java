// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.fuzzer.campaign.CampaignSettings;
import org.pinfuzz.fuzzer.campaign.TriageDesk;
import org.pinfuzz.fuzzer.guest.Programs;
import org.pinfuzz.fuzzer.guest.SimulatedRunner;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.Target;
import org.pinfuzz.triage.Triage;
import org.pinfuzz.triage.TriageLimits;

/** The ladder leans against the kernel in memory, whose plants are the bugs. */
final class LadderTest {
    private static final int PROGRAMS = 3_000;

    private static final Program PIN_IN_MOVABLE = Programs.of(
            "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
            "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=long path=slow");

    private static final Program COPIED_AFTER_MPROTECT = Programs.of(
            "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
            "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=short path=slow",
            "t0: mprotect region=r0 first=0 pages=1 protection=read",
            "t0: mprotect region=r0 first=0 pages=1 protection=read-write",
            "t0: write region=r0 first=0 pages=1");

    @TempDir
    private Path out;

    private static Rung rung(String name, Optional<String> mutant, String invariant, Program shortest) {
        return new Rung(name, "it holds", "simulated", "movable", mutant, List.of(invariant), shortest, false);
    }

    private static Rung knownBug(String invariant, Program shortest) {
        return rung("known", Optional.empty(), invariant, shortest);
    }

    private static Rung mutant(String invariant, Program shortest) {
        return rung("mutant", Optional.of("mutant"), invariant, shortest);
    }

    private Climb climb(Rung rung, long seed, Plant... plants) throws InterruptedException {
        SimulatedRunner runner = SimulatedRunner.with(plants);
        return climb(rung, seed, runner, new Climber(rung, runner, 1).shown());
    }

    private Climb climb(Rung rung, long seed, SimulatedRunner runner, Set<Target> shown) throws InterruptedException {
        CampaignSettings settings = new CampaignSettings(
                seed, SimulatedKernel.operations(), Optional.empty(), OptionalLong.of(PROGRAMS), false);
        return new Climber(rung, runner, 1)
                .climb(shown, settings, (program, of, index, profile, parents, signal) -> {}, wanted -> {
                    FindingStore store = new FindingStore(out.resolve(rung.name() + "-" + seed));
                    Triage triage = new Triage(runner, store, TriageLimits.DEFAULT, InstantSource.system());
                    return new TriageDesk(
                            store,
                            Map.of(
                                    runner.profile(),
                                    new TriageDesk.Place(triage, new Environment(SimulatedKernel.RELEASE, Map.of()))),
                            wanted);
                });
    }

    private LadderResult ladder(Rung rung, int seeds, Plant... plants) throws InterruptedException {
        List<Long> numbers =
                java.util.stream.LongStream.rangeClosed(1, seeds).boxed().toList();
        return new Ladder(List.of(rung), numbers, Map.of())
                .climb(List.of(rung), (of, seed) -> climb(of, seed, plants), (of, climb, soFar) -> {});
    }

    @Test
    void a_bug_that_is_there_is_found_at_its_program_and_shrunk_to_the_shortest() throws InterruptedException {
        Rung rung = knownBug("LT-ZONE", PIN_IN_MOVABLE);
        Climb climb = climb(rung, 1, Plant.LONG_TERM_PIN_STAYS_MOVABLE);
        Climb.Hit hit = climb.hit().orElseThrow();
        assertThat(hit.invariant()).isEqualTo("LT-ZONE");
        assertThat(hit.operations()).isEqualTo(2);
        assertThat(hit.hits()).isEqualTo(hit.runs());
        assertThat(hit.program()).isBetween(1L, climb.programs());
        assertThat(hit.seconds()).isBetween(0.0, climb.seconds());
        assertThat(climb.programs()).isLessThan(PROGRAMS);
        assertThat(ladder(rung, 3, Plant.LONG_TERM_PIN_STAYS_MOVABLE).holds()).isTrue();
    }

    @Test
    void the_program_that_is_counted_is_the_first_that_showed_it() throws InterruptedException {
        Rung rung = knownBug("PIN-COHERENT-W", COPIED_AFTER_MPROTECT);
        SimulatedRunner runner = SimulatedRunner.with(Plant.COW_AFTER_MPROTECT);
        Set<Target> shown = new Climber(rung, runner, 1).shown();
        runner.ran().clear();
        int program = (int) climb(rung, 4, runner, shown).hit().orElseThrow().program();
        List<Program> ran = List.copyOf(runner.ran());
        assertThat(program).isGreaterThan(1);
        assertThat(ran.subList(0, program - 1)).noneMatch(earlier -> shows(runner, earlier, shown));
        assertThat(ran.get(program - 1)).matches(first -> shows(runner, first, shown));
    }

    private static boolean shows(SimulatedRunner runner, Program program, Set<Target> shown) {
        return runner.run(List.of(program)).get(0).judgement().violations().stream()
                .anyMatch(violation -> shown.stream().anyMatch(target -> target.sameProperty(Target.of(violation))));
    }

    @Test
    void the_program_written_by_hand_is_seen_to_break_before_anything_is_measured() {
        Rung rung = knownBug("PIN-COHERENT-W", COPIED_AFTER_MPROTECT);
        assertThat(new Climber(rung, SimulatedRunner.with(), 1).shown()).isEmpty();
        assertThat(new Climber(rung, SimulatedRunner.with(Plant.COW_AFTER_MPROTECT), 1).shown())
                .extracting(target -> target.bucket().invariant())
                .containsExactly("PIN-COHERENT-W");
    }

    @Test
    void on_a_sound_kernel_nothing_is_found_and_the_goals_fail() throws InterruptedException {
        LadderResult result = ladder(knownBug("LT-ZONE", PIN_IN_MOVABLE), 2);
        RungResult rung = result.rungs().get(0);
        assertThat(rung.hits()).isEmpty();
        assertThat(rung.medianSeconds()).isEmpty();
        assertThat(rung.worstSeconds()).isEmpty();
        assertThat(rung.climbs()).extracting(Climb::programs).containsOnly((long) PROGRAMS);
        assertThat(LadderResult.shortcomings(rung)).containsExactly("missed", "slow");
        assertThat(result.holds()).isFalse();
    }

    @Test
    void on_a_kernel_with_several_bugs_the_others_are_passed_over() throws InterruptedException {
        Climb climb = climb(
                knownBug("PIN-COHERENT-W", COPIED_AFTER_MPROTECT),
                3,
                Plant.LONG_TERM_PIN_STAYS_MOVABLE,
                Plant.COW_AFTER_MPROTECT);
        assertThat(climb.hit().orElseThrow().invariant()).isEqualTo("PIN-COHERENT-W");
        assertThat(climb.hit().orElseThrow().operations()).isLessThanOrEqualTo(COPIED_AFTER_MPROTECT.size());
    }

    @Test
    void a_mutant_that_is_reported_under_an_undeclared_invariant_is_found_and_wrong() throws InterruptedException {
        LadderResult result = ladder(mutant("PIN-BALANCE", PIN_IN_MOVABLE), 1, Plant.LONG_TERM_PIN_STAYS_MOVABLE);
        RungResult rung = result.rungs().get(0);
        assertThat(rung.hits()).extracting(Climb.Hit::invariant).containsExactly("LT-ZONE");
        assertThat(rung.declared()).isZero();
        assertThat(LadderResult.shortcomings(rung)).containsExactly("undeclared");
        assertThat(result.holds()).isFalse();
    }

    @Test
    void a_program_that_stays_longer_than_the_one_written_by_hand_is_told() throws InterruptedException {
        Program tooShort = Programs.of("t0: mmap region=r0 pages=1 sharing=private protection=read-write");
        LadderResult result = ladder(mutant("LT-ZONE", tooShort), 1, Plant.LONG_TERM_PIN_STAYS_MOVABLE);
        assertThat(LadderResult.shortcomings(result.rungs().get(0))).containsExactly("longer");
        assertThat(result.holds()).isFalse();
    }

    @Test
    void what_was_climbed_before_is_not_climbed_again() throws InterruptedException {
        Rung first = knownBug("LT-ZONE", PIN_IN_MOVABLE);
        Rung second = mutant("LT-ZONE", PIN_IN_MOVABLE);
        Climb before = new Climb(1, Optional.empty(), 10, 1, "");
        Ladder ladder = new Ladder(
                List.of(first, second),
                List.of(1L, 2L),
                Map.of("known", List.of(before, new Climb(2, Optional.empty(), 10, 1, "")), "mutant", List.of(before)));
        List<String> climbed = new ArrayList<>();
        assertThat(ladder.open(List.of(first, second))).containsExactly(second);
        LadderResult result = ladder.climb(
                List.of(first, second),
                (rung, seed) -> {
                    climbed.add(rung.name() + " " + seed);
                    return new Climb(seed, Optional.empty(), 10, 1, "");
                },
                (rung, climb, soFar) ->
                        assertThat(soFar.rungs().get(1).climbs()).endsWith(climb));
        assertThat(climbed).containsExactly("mutant 2");
        assertThat(result.rungs()).extracting(rung -> rung.climbs().size()).containsExactly(2, 2);
        assertThat(result.rungs().get(0).climbs()).contains(before);
    }

    @Test
    void medians_count_what_was_not_found_as_slower_than_all() {
        List<Climb> climbs = new ArrayList<>();
        for (int seed = 1; seed <= 3; seed++) {
            climbs.add(new Climb(
                    seed,
                    Optional.of(new Climb.Hit(100L * seed, seed, "LT-ZONE-00000000", "LT-ZONE", 2, 5, 5)),
                    1_000,
                    9,
                    ""));
        }
        climbs.add(new Climb(4, Optional.empty(), 1_000, 9, ""));
        RungResult rung = new RungResult(knownBug("LT-ZONE", PIN_IN_MOVABLE), climbs);
        assertThat(rung.medianSeconds()).hasValue(2.5);
        assertThat(rung.medianPrograms()).hasValue(250);
        assertThat(rung.worstSeconds()).isEmpty();
        assertThat(LadderResult.shortcomings(rung)).containsExactly("missed");
    }
}
