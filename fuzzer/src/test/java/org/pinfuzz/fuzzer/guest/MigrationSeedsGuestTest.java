// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;

/** What moves pages or takes their frames away leaves pinned ones alone, on each kernel as its seeds say. */
@Timeout(600)
final class MigrationSeedsGuestTest {
    private static final Installation INSTALLATION = Installation.detect();
    private static final int TRIES = 3;

    @ParameterizedTest
    @ValueSource(strings = {"debian-5.10", "debian-6.1", "debian-6.12", "pin-6.12", "pin-7.2"})
    void each_seed_breaks_what_it_says(String kernel) {
        KernelHere.orSkip(kernel);
        Map<String, List<String>> expected = new TreeMap<>();
        Map<String, List<String>> seen = new TreeMap<>();
        Map<String, List<Seed>> byProfile = new SeedDirectory(
                        INSTALLATION.seeds().resolve("migration"), Operations.JSON)
                .readAll().stream()
                        .filter(seed -> seed.breaksOn(kernel).isPresent())
                        .collect(Collectors.groupingBy(Seed::profile, TreeMap::new, Collectors.toList()));
        assertThat(byProfile).isNotEmpty();
        byProfile.forEach((name, seeds) -> {
            GuestProfile profile = GuestProfile.named(name).orElseThrow();
            try (GuestSession session = GuestSession.open(INSTALLATION, kernel, profile, 1, ProgressListener.SILENT)) {
                for (Seed seed : seeds) {
                    expected.put(seed.name(), seed.breaksOn(kernel).orElseThrow());
                    seen.put(seed.name(), broken(session, seed));
                }
            }
        });
        assertThat(seen).isEqualTo(expected);
    }

    /** What breaks, and what could not be judged, more than once: on a busy host the first step of a guest can be late. */
    private static List<String> broken(GuestSession session, Seed seed) {
        Oracle.Run run = session.runner().runAlone(seed.program(), 1).get(0);
        for (int i = 0; i < TRIES && !run.judgement().inconclusive().isEmpty(); i++) {
            run = session.runner().runAlone(seed.program(), 1).get(0);
        }
        List<String> all = new ArrayList<>(run.judgement().violations().stream()
                .map(Violation::invariant)
                .collect(Collectors.toCollection(TreeSet::new)));
        run.judgement().inconclusive().forEach(reason -> all.add("inconclusive: " + reason));
        return all;
    }
}
