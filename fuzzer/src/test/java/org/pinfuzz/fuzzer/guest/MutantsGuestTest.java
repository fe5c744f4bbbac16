// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.pinfuzz.fuzzer.bench.Rung;
import org.pinfuzz.fuzzer.bench.Rungs;
import org.pinfuzz.generators.invariant.Verdict;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;

/**
 * Each switch of the kernel with mutants takes away what its seed says, and nothing is missing while all are off. One
 * after the other: a template lasts as long as the process that uses it, so many at a time would only fill the disk.
 */
@Timeout(900)
final class MutantsGuestTest {
    private static final int RUNS = 3;

    private static List<Rung> mutants() {
        Path seeds = Installation.detect().home().resolve("corpus/seeds");
        return Rungs.read(seeds).stream()
                .filter(rung -> rung.mutant().isPresent())
                .toList();
    }

    private static GuestSession session(Kernel kernel, String profile, Instruments instruments) {
        return GuestSession.open(
                Installation.detect(),
                new HostTools(),
                kernel,
                GuestProfile.named(profile).orElseThrow().with(instruments),
                1,
                ProgressListener.SILENT);
    }

    private static void assertSilent(Kernel kernel, Instruments instruments, List<Rung> mutants) {
        Map<String, List<Rung>> byProfile =
                mutants.stream().collect(Collectors.groupingBy(Rung::profile, TreeMap::new, Collectors.toList()));
        byProfile.forEach((profile, these) -> {
            try (GuestSession session = session(kernel, profile, instruments)) {
                for (Rung mutant : these) {
                    assertThat(session.runner().runAlone(mutant.shortest(), RUNS))
                            .as(mutant.name() + " is off")
                            .extracting(run -> run.judgement().verdict())
                            .containsOnly(Verdict.PASS);
                }
            }
        });
    }

    @Test
    void without_a_switch_all_seeds_pass() {
        assertSilent(KernelHere.orSkip(Rungs.MUTANTS_KERNEL), Instruments.DEFAULT, mutants());
    }

    @Test
    void on_the_kernel_that_they_are_made_of_all_seeds_pass() {
        assertSilent(KernelHere.orSkip("pin-6.12"), Instruments.DEFAULT, mutants());
    }

    @TestFactory
    Stream<DynamicTest> with_its_switch_each_seed_breaks_an_invariant_that_it_declares() {
        return mutants().stream()
                .filter(mutant -> !mutant.race())
                .map(mutant -> DynamicTest.dynamicTest(mutant.name(), () -> assertBreaks(mutant)));
    }

    private static void assertBreaks(Rung mutant) {
        Kernel kernel = KernelHere.orSkip(mutant.kernel());
        Instruments on = Instruments.DEFAULT.withMutant(mutant.mutant().orElseThrow());
        try (GuestSession session = session(kernel, mutant.profile(), on)) {
            for (Oracle.Run run : session.runner().runAlone(mutant.shortest(), RUNS)) {
                assertThat(run.judgement().violations())
                        .as(mutant.name() + ": " + run.judgement().inconclusive())
                        .isNotEmpty()
                        .first()
                        .extracting(Violation::invariant)
                        .isIn(mutant.invariants());
            }
        }
    }

    /** That the guest comes up shows that the switch is on: the agent compares it with the declaration. */
    @TestFactory
    Stream<DynamicTest> what_only_a_race_shows_is_silent_while_steps_do_not_overlap() {
        return mutants().stream()
                .filter(Rung::race)
                .map(mutant -> DynamicTest.dynamicTest(
                        mutant.name(),
                        () -> assertSilent(
                                KernelHere.orSkip(mutant.kernel()),
                                Instruments.DEFAULT.withMutant(mutant.mutant().orElseThrow()),
                                List.of(mutant))));
    }
}
