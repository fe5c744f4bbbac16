// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.operation.Operations;

/**
 * The rungs of the ladder, from the seeds: each mutant of {@code seeds/mutants}, and each kernel on which one of
 * {@code seeds/known} goes wrong.
 */
public final class Rungs {
    /** The kernel whose switches make the mutants. */
    public static final String MUTANTS_KERNEL = "mutants-6.12";

    private static final String KNOWN = "known";
    private static final String MUTANTS = "mutants";

    private Rungs() {}

    /**
     * All rungs: the known bugs kernel by kernel, then the mutants.
     *
     * @param seeds the directory {@code corpus/seeds}
     * @throws org.pinfuzz.corpus.StoreException when a seed cannot be read
     */
    public static List<Rung> read(Path seeds) {
        requireNonNull(seeds, "seeds is null");
        List<Rung> rungs = new ArrayList<>();
        for (Seed seed : seeds(seeds.resolve(KNOWN))) {
            broken(seed)
                    .forEach((kernel, invariants) ->
                            rungs.add(rung(kernel + "-" + seed.name(), kernel, Optional.empty(), invariants, seed)));
        }
        rungs.sort(Comparator.comparing(Rung::kernel).thenComparing(Rung::name));
        for (Seed seed : seeds(seeds.resolve(MUTANTS))) {
            broken(seed)
                    .forEach((mutant, invariants) ->
                            rungs.add(rung(mutant, MUTANTS_KERNEL, Optional.of(mutant), invariants, seed)));
        }
        return List.copyOf(rungs);
    }

    private static List<Seed> seeds(Path directory) {
        return Files.isDirectory(directory) ? new SeedDirectory(directory, Operations.JSON).readAll() : List.of();
    }

    private static Map<String, List<String>> broken(Seed seed) {
        Map<String, List<String>> broken = new java.util.TreeMap<>(seed.expect());
        broken.values().removeIf(List::isEmpty);
        return broken;
    }

    private static Rung rung(String name, String kernel, Optional<String> mutant, List<String> invariants, Seed seed) {
        return new Rung(name, seed.sentence(), kernel, seed.profile(), mutant, invariants, seed.program(), seed.race());
    }

    /**
     * The rungs that are asked for, in the ladder's order.
     *
     * @param patterns names, in which {@code *} stands for anything; none asks for all but the races
     * @throws IllegalArgumentException if one of them names no rung
     */
    public static List<Rung> chosen(List<Rung> rungs, List<String> patterns) {
        if (patterns.isEmpty()) {
            return rungs.stream().filter(rung -> !rung.race()).toList();
        }
        List<Pattern> wanted = patterns.stream().map(Rungs::pattern).toList();
        List<String> nothing = patterns.stream()
                .filter(text -> rungs.stream()
                        .noneMatch(rung -> pattern(text).matcher(rung.name()).matches()))
                .toList();
        if (!nothing.isEmpty()) {
            throw new IllegalArgumentException(nothing + " name no rung; there are "
                    + rungs.stream().map(Rung::name).toList());
        }
        return rungs.stream()
                .filter(rung -> wanted.stream()
                        .anyMatch(pattern -> pattern.matcher(rung.name()).matches()))
                .toList();
    }

    private static Pattern pattern(String text) {
        return Pattern.compile(Pattern.quote(text).replace("*", "\\E.*\\Q"));
    }
}
