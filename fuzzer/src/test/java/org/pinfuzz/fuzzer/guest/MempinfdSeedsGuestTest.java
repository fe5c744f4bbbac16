// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;
import org.pinfuzz.vm.pool.Instruments.Mempinfd;

/**
 * The points of mempinfd's review, as seeds: the strict edition breaks none of them, the posted one exactly those that it
 * is said to break. Through the module's device on a stock kernel, through the system call on one of our own.
 */
@Timeout(900)
final class MempinfdSeedsGuestTest {
    private static final Installation INSTALLATION = Installation.detect();

    /** A range that wraps: gup of 6.1 pins nothing of it and answers 0, that of 6.12 answers -EOVERFLOW (mm/gup.c). */
    private static final String BEYOND_THE_TOP = "05-nothing-pinned-is-no-success";

    private static final List<String> REFUSED_BY_GUP = List.of("MEMPIN-ERRNO", "MEMPIN-QUIET");

    private static List<Seed> seeds() {
        return new SeedDirectory(
                        INSTALLATION.home().resolve("corpus").resolve("seeds").resolve("mempinfd"), Operations.JSON)
                .readAll();
    }

    /** All points but 10: that one needs threads, and is tested in kmod/test/mempinfd_test.c. */
    @Test
    void every_point_of_the_review_that_one_task_at_a_time_can_show_has_a_seed() {
        TreeSet<Integer> points = new TreeSet<>();
        seeds().forEach(seed -> points.add(Integer.parseInt(seed.name().substring(0, 2))));

        assertThat(points).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19);
        assertThat(seeds()).allSatisfy(seed -> {
            int point = Integer.parseInt(seed.name().substring(0, 2));
            assertThat(seed.sentence()).startsWith("Point " + point + ": ");
            assertThat(seed.expect()).containsOnlyKeys("rfc", "strict");
        });
    }

    @ParameterizedTest
    @CsvSource({"debian-6.1, STRICT", "debian-6.1, RFC", "pin-6.12, STRICT", "pin-6.12, RFC"})
    void an_edition_breaks_exactly_what_its_seeds_say(String kernel, Mempinfd edition) {
        KernelHere.orSkip(kernel);
        GuestProfile profile = GuestProfile.DEFAULT.with(Instruments.DEFAULT.withMempinfd(edition));
        Map<String, List<String>> expected = new TreeMap<>();
        Map<String, List<String>> seen = new TreeMap<>();
        try (GuestSession session = GuestSession.open(INSTALLATION, kernel, profile, 1, ProgressListener.SILENT)) {
            assertThat(session.template().hello().facilities().contains(Facility.MEMPINFD_CALL))
                    .isEqualTo(kernel.startsWith("pin-"));
            for (Seed seed : seeds()) {
                List<String> said = seed.breaksOn(edition.text()).orElseThrow();
                boolean refused = seed.name().equals(BEYOND_THE_TOP) && kernel.startsWith("pin-");
                expected.put(
                        seed.name(),
                        (refused && edition == Mempinfd.RFC ? REFUSED_BY_GUP : said)
                                .stream().sorted().toList());
                seen.put(seed.name(), broken(session, seed));
            }
        }
        assertThat(seen).isEqualTo(expected);
    }

    /** What breaks, and what could not be judged before anything broke. */
    private static List<String> broken(GuestSession session, Seed seed) {
        Oracle.Run run = session.runner().runAlone(seed.program(), 1).get(0);
        TreeSet<String> broken = new TreeSet<>();
        run.judgement().violations().stream().map(Violation::invariant).forEach(broken::add);
        List<String> all = new ArrayList<>(broken);
        run.judgement().inconclusive().forEach(reason -> all.add("inconclusive: " + reason));
        return all;
    }
}
