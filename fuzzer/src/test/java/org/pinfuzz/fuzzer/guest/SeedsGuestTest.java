// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;

/** All seeds that say something of a kernel break on it exactly what they say, each profile's in one batch. */
@Timeout(900)
final class SeedsGuestTest {
    private static final Installation INSTALLATION = Installation.detect();
    private static final int TRIES = 3;

    /** Their seeds need a guest or a rule of their own, and have a test of their own. */
    private static final Set<String> TESTED_ELSEWHERE = Set.of("known", "mempinfd", "mutants");

    /** A seed and the directory that it is in, which is part of its name here. */
    private record Sown(String name, Seed seed) {}

    @ParameterizedTest
    @ValueSource(strings = {"debian-5.10", "debian-6.1", "debian-6.12", "pin-6.12", "pin-7.2"})
    void each_seed_breaks_what_it_says(String kernel) {
        KernelHere.orSkip(kernel);
        Map<String, List<String>> expected = new TreeMap<>();
        Map<String, List<String>> seen = new TreeMap<>();
        Map<String, List<Sown>> byProfile = seeds().filter(
                        sown -> sown.seed().breaksOn(kernel).isPresent())
                .collect(Collectors.groupingBy(sown -> sown.seed().profile(), TreeMap::new, Collectors.toList()));
        assertThat(byProfile).isNotEmpty();
        byProfile.forEach((name, sown) -> {
            GuestProfile profile = GuestProfile.named(name).orElseThrow();
            try (GuestSession session = GuestSession.open(INSTALLATION, kernel, profile, 1, ProgressListener.SILENT)) {
                List<Oracle.Run> runs = session.runner()
                        .run(sown.stream().map(one -> one.seed().program()).toList());
                for (int i = 0; i < sown.size(); i++) {
                    Seed seed = sown.get(i).seed();
                    expected.put(
                            sown.get(i).name(),
                            seed.breaksOn(kernel).orElseThrow().stream()
                                    .sorted()
                                    .toList());
                    seen.put(sown.get(i).name(), broken(session, runs.get(i)));
                }
            }
        });
        // Two maps of all seeds would hide the few that differ.
        Map<String, String> different = new TreeMap<>();
        expected.forEach((seed, breaks) -> {
            if (!breaks.equals(seen.get(seed))) {
                different.put(seed, seen.get(seed) + " instead of " + breaks);
            }
        });
        assertThat(different).isEmpty();
    }

    private static boolean open(Judgement judgement) {
        return judgement.violations().isEmpty() && !judgement.inconclusive().isEmpty();
    }

    private static Stream<Sown> seeds() {
        List<Path> subjects;
        try (Stream<Path> all = Files.list(INSTALLATION.seeds())) {
            subjects = all.filter(Files::isDirectory)
                    .filter(subject ->
                            !TESTED_ELSEWHERE.contains(subject.getFileName().toString()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("listing the seeds failed", e);
        }
        return subjects.stream()
                .flatMap(subject -> new SeedDirectory(subject, Operations.JSON)
                        .readAll().stream().map(seed -> new Sown(subject.getFileName() + "/" + seed.name(), seed)));
    }

    /** What breaks; if nothing does, what could not be judged, more than once: on a busy host a step can be late. */
    private static List<String> broken(GuestSession session, Oracle.Run first) {
        Judgement judgement = first.judgement();
        for (int i = 0; i < TRIES && open(judgement); i++) {
            judgement = session.runner().runAlone(first.program(), 1).get(0).judgement();
        }
        return judgement.violations().isEmpty()
                ? judgement.inconclusive().stream()
                        .map(reason -> "inconclusive: " + reason)
                        .toList()
                : judgement.violations().stream()
                        .map(Violation::invariant)
                        .distinct()
                        .sorted()
                        .toList();
    }
}
