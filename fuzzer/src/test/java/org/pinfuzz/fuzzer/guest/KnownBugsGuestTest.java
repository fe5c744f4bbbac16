// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.invariant.Verdict;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;

/** What is known to be wrong with old kernels is seen on them, and not on a new one. */
@Timeout(300)
final class KnownBugsGuestTest {
    private static final int RUNS = 3;

    private static GuestSession session(String kernel) {
        return GuestSession.open(Installation.detect(), kernel, GuestProfile.DEFAULT, 1, ProgressListener.SILENT);
    }

    private static void assertBreaks(GuestSession session, Program program, String invariant, String label) {
        for (Oracle.Run run : session.runner().runAlone(program, RUNS)) {
            assertThat(run.judgement().inconclusive()).isEmpty();
            assertThat(run.judgement().violations())
                    .extracting(Violation::invariant, Violation::label)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple(invariant, label));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"debian-5.10", "debian-6.1", "debian-6.12"})
    void each_seed_breaks_what_it_says_on_each_kernel(String kernel) {
        Installation installation = Installation.detect();
        List<Seed> seeds = new SeedDirectory(installation.seeds().resolve("known"), Operations.JSON).readAll();
        assertThat(seeds).isNotEmpty();
        try (GuestSession session = session(kernel)) {
            for (Seed seed : seeds) {
                Set<String> expected = Set.copyOf(seed.breaksOn(kernel).orElseThrow());
                for (Oracle.Run run : session.runner().runAlone(seed.program(), RUNS)) {
                    assertThat(run.judgement().inconclusive()).isEmpty();
                    // A page of the page cache that is pinned in ZONE_MOVABLE on 5.10 is a bug of its own.
                    Set<String> broken = run.judgement().violations().stream()
                            .map(Violation::invariant)
                            .collect(Collectors.toCollection(TreeSet::new));
                    assertThat(expected.isEmpty() ? broken.isEmpty() : broken.containsAll(expected))
                            .describedAs("%s on %s breaks %s, not %s", seed.name(), kernel, broken, expected)
                            .isTrue();
                    assertThat(run.judgement().violations())
                            .extracting(Violation::label)
                            .allMatch("LIMITATION"::equals);
                }
            }
        }
    }

    @Test
    void without_the_module_io_uring_pins_in_movable_memory_are_still_seen() {
        Program program = Programs.of(
                "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                "t0: uring_pin region=r0 first=0 pages=1 pin=k0",
                "t0: device_write pin=k0",
                "t0: read region=r0 first=0 pages=1");
        GuestProfile profile = GuestProfile.DEFAULT.with(Instruments.DEFAULT.withoutModule());
        try (GuestSession old =
                        GuestSession.open(Installation.detect(), "debian-5.10", profile, 1, ProgressListener.SILENT);
                GuestSession recent =
                        GuestSession.open(Installation.detect(), "debian-6.12", profile, 1, ProgressListener.SILENT)) {
            assertBreaks(old, program, "LT-ZONE", "LIMITATION");
            assertThat(recent.runner().runAlone(program, RUNS))
                    .extracting(run -> run.judgement().verdict())
                    .containsOnly(Verdict.PASS);
        }
    }
}
