// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.generators.draw.ProgramOrder;
import org.pinfuzz.generators.draw.ProgramShrinks;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;

class ShrinkerTest {
    private static final int SEEDS = 40;

    private static final String MMAP = "t0: mmap region=r0 pages=1 sharing=private protection=read-write";
    private static final String WRITE = "t0: write region=r0 first=0 pages=1";
    private static final String PIN_WRITE =
            "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=short path=slow";
    private static final String PIN_READ = "t0: pin region=r0 first=0 pages=1 pin=k0 access=read term=short path=slow";
    private static final String PIN_READ_LONG =
            "t0: pin region=r0 first=0 pages=1 pin=k0 access=read term=long path=slow";
    private static final String PROTECT = "t0: mprotect region=r0 first=0 pages=1 protection=read";
    private static final String UNPROTECT = "t0: mprotect region=r0 first=0 pages=1 protection=read-write";
    private static final String FORK = "t0: fork child=t1";

    /** Each planted bug, the violation under which it is looked for, and all programs that are the shortest for it. */
    static Stream<Arguments> shortestPrograms() {
        return Stream.of(
                bug(
                        Plant.LONG_TERM_PIN_STAYS_MOVABLE,
                        "LT-ZONE anon",
                        List.of(MMAP, PIN_WRITE.replace("short", "long"))),
                bug(
                        Plant.COW_AFTER_MPROTECT,
                        "PIN-COHERENT-W anon",
                        List.of(MMAP, PIN_WRITE, PROTECT, UNPROTECT, WRITE),
                        List.of(MMAP, PIN_WRITE, PROTECT, PIN_READ.replace("k0", "k1"))),
                bug(Plant.COW_AFTER_MPROTECT, "FORK-PARENT-KEEPS anon", List.of(MMAP, PIN_WRITE, PROTECT, FORK)),
                bug(Plant.READ_PIN_DOES_NOT_UNSHARE, "PAE-PIN forked", List.of(MMAP, WRITE, FORK, PIN_READ)),
                bug(
                        Plant.READ_PIN_OF_ZERO_DOES_NOT_UNSHARE,
                        "PIN-COHERENT-R zero",
                        List.of(MMAP, PIN_READ_LONG, WRITE)),
                bug(
                        Plant.READ_PIN_OF_FILE_DOES_NOT_UNSHARE,
                        "PIN-COHERENT-R file",
                        List.of(
                                "t0: memfd_create file=f0 pages=1",
                                "t0: mmap_file region=r0 file=f0 pages=1 sharing=private protection=read-write",
                                PIN_READ_LONG,
                                WRITE)),
                bug(Plant.FORK_SHARES_PINNED, "FORK-PARENT-KEEPS anon", List.of(MMAP, PIN_WRITE, FORK)),
                bug(
                        Plant.MIGRATION_IGNORES_PINS,
                        "LT-STAY anon",
                        List.of(MMAP, PIN_WRITE, "t0: compact "),
                        List.of(MMAP, PIN_WRITE, "t0: move_pages region=r0 first=0 pages=1 node=1")),
                bug(
                        Plant.PIN_LEAKS_ON_SHORT_COUNT,
                        "PIN-BALANCE ",
                        List.of(MMAP, PIN_WRITE.replace("pages=1", "pages=2"))),
                bug(
                        Plant.FREED_WHILE_PINNED,
                        "NO-FREE-WHILE-PINNED anon",
                        List.of(MMAP, PIN_WRITE, "t0: munmap region=r0 first=0 pages=1")),
                bug(Plant.CHILD_SEES_DEVICE_WRITE, "PAE-SHARED ", List.of(MMAP, PIN_WRITE, FORK)),
                bug(Plant.PIN_IGNORES_PROTECTION, "PERM ", List.of(MMAP.replace("read-write", "read"), PIN_WRITE)));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    private static Arguments bug(Plant plant, String violation, List<String>... shortest) {
        return Arguments.of(plant, violation, List.of(shortest));
    }

    private static List<String> steps(Program program) {
        return program.steps().stream().map(Object::toString).toList();
    }

    private static Stream<Oracle.Run> programs(Plant plant, String violation) {
        String[] parts = violation.split(" ", -1);
        return DrawnPrograms.breaking(plant, parts[0], parts[1]).limit(SEEDS);
    }

    private static Shrunk shrink(Oracle oracle, Oracle.Run run, double hitRate, ShrinkLimits limits) {
        return new Shrinker(oracle, limits, InstantSource.system())
                .shrink(run, run.judgement().first().orElseThrow(), hitRate);
    }

    @ParameterizedTest
    @MethodSource("shortestPrograms")
    void fiftyDrawnStepsShrinkToTheShortestProgramAndToTheSameForEveryWidth(
            Plant plant, String violation, List<List<String>> shortest) {
        List<Integer> calls = new ArrayList<>();
        List<Integer> rounds = new ArrayList<>();
        programs(plant, violation).forEach(run -> {
            Shrunk one = shrink(SimulatedOracle.with(plant, 1), run, 1, ShrinkLimits.DEFAULT);
            Shrunk eight = shrink(SimulatedOracle.with(plant, 8), run, 1, ShrinkLimits.DEFAULT);

            assertThat(steps(one.run().program())).isIn(shortest);
            assertThat(eight.run().program()).isEqualTo(one.run().program());
            assertThat(one.complete()).isTrue();
            calls.add(one.oracleCalls());
            rounds.add(eight.rounds());
        });
        Collections.sort(calls);
        Collections.sort(rounds);
        System.out.printf(
                "%s %s: the shortest program in %d of %d, median %d oracle calls, at most %d; median %d rounds of 8%n",
                plant,
                violation,
                calls.size(),
                SEEDS,
                calls.get(SEEDS / 2),
                calls.get(SEEDS - 1),
                rounds.get(SEEDS / 2));
        assertThat(calls).hasSize(SEEDS);
        assertThat(calls.get(SEEDS / 2)).isLessThanOrEqualTo(100);
    }

    @ParameterizedTest
    @MethodSource("shortestPrograms")
    void theResultDoesNotDependOnTheNumberOfGuests(Plant plant, String violation, List<List<String>> shortest) {
        programs(plant, violation).limit(3).forEach(run -> {
            Program one = shrink(SimulatedOracle.with(plant, 1), run, 1, ShrinkLimits.DEFAULT)
                    .run()
                    .program();
            for (int width : new int[] {2, 3, 16, 64}) {
                assertThat(shrink(SimulatedOracle.with(plant, width), run, 1, ShrinkLimits.DEFAULT)
                                .run()
                                .program())
                        .as("for %d at once", width)
                        .isEqualTo(one);
            }
            assertThat(steps(one)).isIn(shortest);
        });
    }

    @ParameterizedTest
    @MethodSource("shortestPrograms")
    void onePlantedBugHasOneIdInNineteenOfTwentySeeds(Plant plant, String violation, List<List<String>> shortest) {
        Map<String, Long> ids = programs(plant, violation)
                .limit(20)
                .map(run -> shrink(SimulatedOracle.with(plant, 4), run, 1, ShrinkLimits.DEFAULT))
                .map(shrunk -> BugIdentity.of(shrunk.violation(), shrunk.run().program()))
                .collect(Collectors.groupingBy(id -> id, TreeMap::new, Collectors.counting()));

        System.out.println(plant + " " + violation + ": " + ids);
        assertThat(Collections.max(ids.values())).as("%s", ids).isGreaterThanOrEqualTo(19);
    }

    @Test
    void aBugThatShowsHalfOfTheTimeShrinksToTheShortestProgramAlmostAlways() {
        List<String> shortest = List.of(MMAP, PIN_WRITE, FORK);
        List<Integer> calls = new ArrayList<>();
        List<List<String>> results = new ArrayList<>();
        programs(Plant.FORK_SHARES_PINNED, "FORK-PARENT-KEEPS anon").forEach(run -> {
            Oracle flaky = SimulatedOracle.flaky(Plant.FORK_SHARES_PINNED, 0.5, results.size());
            Shrunk shrunk = shrink(flaky, run, 0.5, ShrinkLimits.DEFAULT);
            results.add(steps(shrunk.run().program()));
            calls.add(shrunk.oracleCalls());
        });
        Collections.sort(calls);
        long exact = results.stream().filter(shortest::equals).count();
        System.out.printf(
                "FORK_SHARES_PINNED half of the time: the shortest program in %d of %d, median %d oracle calls%n",
                exact, SEEDS, calls.get(SEEDS / 2));
        assertThat(exact).isGreaterThanOrEqualTo(SEEDS - 4);
    }

    @Test
    void whenALimitEndsTheShrinkTheBestSoFarStays() {
        Oracle.Run run = programs(Plant.COW_AFTER_MPROTECT, "PIN-COHERENT-W anon")
                .findFirst()
                .orElseThrow();
        Oracle oracle = SimulatedOracle.with(Plant.COW_AFTER_MPROTECT, 8);

        Shrunk calls = shrink(oracle, run, 1, new ShrinkLimits(20, Duration.ofMinutes(1), 1));
        Shrunk none = new Shrinker(oracle, new ShrinkLimits(1, Duration.ZERO, 1), InstantSource.fixed(Instant.EPOCH))
                .shrink(run, run.judgement().first().orElseThrow(), 1);

        assertThat(calls.complete()).isFalse();
        assertThat(calls.oracleCalls()).isLessThanOrEqualTo(20);
        assertThat(calls.run().program().size()).isBetween(6, DrawnPrograms.STEPS - 1);
        assertThat(calls.violation().invariant()).isEqualTo("PIN-COHERENT-W");
        assertThat(none.run()).isEqualTo(run);
        assertThat(none.oracleCalls()).isZero();
    }

    @Test
    void aRunThatDoesNotShowTheViolationIsRefused() {
        Oracle.Run run = programs(Plant.FORK_SHARES_PINNED, "FORK-PARENT-KEEPS anon")
                .findFirst()
                .orElseThrow();
        Oracle.Run clean = new SimulatedOracle(new org.pinfuzz.generators.simulated.SimulatedKernel(Set.of()), 1)
                .run(run.program());

        assertThatThrownBy(() -> new Shrinker(
                                SimulatedOracle.with(Plant.FORK_SHARES_PINNED, 1),
                                ShrinkLimits.DEFAULT,
                                InstantSource.system())
                        .shrink(clean, run.judgement().first().orElseThrow(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the run does not show ");
    }

    @Test
    void candidatesAreAlwaysSimplerAndCanonicalSoThatEveryShrinkEnds() {
        ProgramOrder order = new ProgramOrder();
        programs(Plant.FORK_SHARES_PINNED, "FORK-PARENT-KEEPS anon").limit(10).forEach(run -> {
            Program program = run.program();
            assertThat(ProgramShrinks.candidates(program))
                    .allSatisfy(candidate ->
                            assertThat(order.compare(candidate, program)).isNegative())
                    .allSatisfy(candidate -> assertThat(candidate).isEqualTo(candidate.canonical()));
        });
    }

    @Test
    void retriesFollowTheHitRateUpToTheLimit() {
        ShrinkLimits limits = new ShrinkLimits(100, Duration.ofMinutes(1), 20);

        assertThat(limits.retries(1)).isEqualTo(1);
        assertThat(limits.retries(0.5)).isEqualTo(5);
        assertThat(limits.retries(0.2)).isEqualTo(14);
        assertThat(limits.retries(0.01)).isEqualTo(20);
    }
}
