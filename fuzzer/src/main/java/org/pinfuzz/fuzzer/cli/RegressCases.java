// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.invariant.Invariant;
import org.pinfuzz.generators.invariant.Invariants;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.regress.Recorded;
import org.pinfuzz.triage.regress.RegressCase;

/** The programs that {@code regress} runs, and what is recorded of each on a kernel. */
record RegressCases(List<Found> findings, List<Sown> seeds) {
    private static final String PROGRAM = "program.json";
    private static final String ENVIRONMENT = "environment.json";
    /** What a seed that needs a race is taken to show. */
    private static final int RACE_RUNS = 20;

    /** A finding with the options that it was found with. */
    record Found(FindingRecord record, Program program, List<String> options) {
        Optional<String> option(String name) {
            int at = options.indexOf(name);
            return at < 0 || at + 1 == options.size() ? Optional.empty() : Optional.of(options.get(at + 1));
        }
    }

    /** A seed of a subject. */
    record Sown(String subject, Seed seed) {}

    /** Seeds of this subject say how mempinfd behaves; what else the kernel underneath breaks is not theirs. */
    private static final String MEMPINFD = "mempinfd";

    RegressCases {
        findings = List.copyOf(findings);
        seeds = List.copyOf(seeds);
    }

    /**
     * Reads findings and seeds.
     *
     * @param findings a directory that need not be there
     * @param seeds a directory of directories
     * @throws org.pinfuzz.corpus.StoreException if one of them is damaged
     */
    static RegressCases read(Path findings, Path seeds) {
        List<Found> found = new ArrayList<>();
        if (Files.isDirectory(findings)) {
            FindingStore store = new FindingStore(findings);
            for (String id : store.list()) {
                String origin = store.path(id).resolve(PROGRAM).toString();
                found.add(new Found(
                        store.load(id), Operations.JSON.read(store.read(id, PROGRAM), origin), options(store, id)));
            }
        }
        List<Sown> sown = new ArrayList<>();
        try (Stream<Path> subjects = Files.list(seeds)) {
            for (Path subject : subjects.filter(Files::isDirectory).sorted().toList()) {
                new SeedDirectory(subject, Operations.JSON)
                        .readAll()
                        .forEach(seed -> sown.add(new Sown(subject.getFileName().toString(), seed)));
            }
        } catch (IOException e) {
            throw new CommandError("listing the seeds of " + seeds + " failed: " + FileFailure.reason(e), e);
        }
        return new RegressCases(found, sown);
    }

    private static List<String> options(FindingStore store, String id) {
        try {
            return Environment.replayOptions(store.read(id, ENVIRONMENT));
        } catch (IllegalArgumentException e) {
            throw new CommandError(
                    "reading " + store.path(id).resolve(ENVIRONMENT) + " failed: " + e.getMessage()
                            + "; take the finding out of the directory",
                    e);
        }
    }

    /** The profiles that they need, in no order that matters. */
    List<String> profiles() {
        return Stream.concat(
                        findings.stream().map(found -> found.record().profile()),
                        seeds.stream().map(sown -> sown.seed().profile()))
                .distinct()
                .toList();
    }

    /**
     * The cases of a kernel: all findings but those of a fault that was planted into the module, and the seeds that say
     * something of the kernel, of the mutant or of the edition of mempinfd that the guests have.
     *
     * @param kernel its name in the catalogue
     * @param release what it says of itself
     * @param known a baseline; what it does not have, or what no baseline has, is recorded by findings and seeds
     */
    List<RegressCase> on(String kernel, String release, GuestOptions options, Optional<Map<String, Recorded>> known) {
        List<RegressCase> cases = new ArrayList<>();
        for (Found found : findings) {
            FindingRecord record = found.record();
            boolean planted = found.option("--canary").isPresent();
            boolean sameMempinfd = found.option("--mempinfd")
                    .orElse(GuestOptions.Edition.strict.name())
                    .equals(options.mempinfd());
            if (planted || !sameMempinfd) {
                continue;
            }
            boolean here = record.kernelRelease().equals(release)
                    && found.option("--mutant").equals(options.mutant());
            String name = "findings/" + record.id();
            Optional<Recorded> recorded = here && record.runs() >= record.hits() && record.hits() > 0
                    ? Optional.of(new Recorded(record.hits(), record.runs(), Set.of(record.invariant())))
                    : Optional.empty();
            cases.add(new RegressCase(
                    name,
                    record.label() + " of " + record.invariant() + " on " + record.kernelRelease(),
                    record.profile(),
                    found.program(),
                    Set.of(),
                    of(name, known).or(() -> recorded)));
        }
        List<String> subjects = new ArrayList<>(List.of(kernel, options.mempinfd()));
        options.mutant().ifPresent(subjects::add);
        for (Sown sown : seeds) {
            Seed seed = sown.seed();
            String name = "seeds/" + sown.subject() + "/" + seed.name();
            subjects.stream()
                    .flatMap(subject -> seed.breaksOn(subject).stream())
                    .findFirst()
                    .ifPresent(breaks -> cases.add(new RegressCase(
                            name,
                            seed.sentence(),
                            seed.profile(),
                            seed.program(),
                            sown.subject().equals(MEMPINFD) ? ofMempinfd(seed) : Set.of(),
                            of(name, known).or(() -> Optional.of(recorded(seed, breaks))))));
        }
        return cases;
    }

    private static Set<String> ofMempinfd(Seed seed) {
        return Stream.concat(
                        Invariants.all().stream().map(Invariant::id).filter(id -> id.startsWith("MEMPIN-")),
                        seed.expect().values().stream().flatMap(List::stream))
                .collect(Collectors.toSet());
    }

    private static Optional<Recorded> of(String name, Optional<Map<String, Recorded>> known) {
        return known.flatMap(records -> Optional.ofNullable(records.get(name)));
    }

    private static Recorded recorded(Seed seed, List<String> breaks) {
        if (breaks.isEmpty()) {
            return new Recorded(0, 1, Set.of());
        }
        return new Recorded(1, seed.race() ? RACE_RUNS : 1, Set.copyOf(breaks));
    }
}
