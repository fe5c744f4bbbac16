// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.triage.Environment;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.triage.Outcome;
import org.pinfuzz.triage.Target;
import org.pinfuzz.triage.Triage;

/**
 * Takes the violations of a campaign in: the first of each bucket goes to triage, the others are counted. So a kernel
 * that fails at every pin does not hide the rest.
 */
public final class TriageDesk {
    /** Programs of one bucket that are tried before it is left: some violations do not show again alone. */
    private static final int TRIES = 3;

    /** Cases that are like a finding wait at least so long for each other: drawing goes on between them. */
    private static final double SECONDS_BETWEEN_LIKE_CASES = 5;

    private final FindingStore store;
    private final Map<String, Place> places;
    private final Predicate<Violation> wanted;
    private final Map<Target, Shelf> shelves = new LinkedHashMap<>();
    private final Map<String, Found> found = new LinkedHashMap<>();
    private double lastTriageSeconds;
    private boolean busy;

    /**
     * @param store where findings go
     * @param places where the violations of each profile are triaged, by the profile's name
     */
    public TriageDesk(FindingStore store, Map<String, Place> places) {
        this(store, places, violation -> true);
    }

    /** @param wanted violations that are taken in; the others are passed over */
    public TriageDesk(FindingStore store, Map<String, Place> places, Predicate<Violation> wanted) {
        this.store = requireNonNull(store, "store is null");
        this.places = Map.copyOf(places);
        this.wanted = requireNonNull(wanted, "wanted is null");
    }

    /**
     * Where the violations of one profile are triaged.
     *
     * @param triage runs programs on guests of that profile
     * @param environment what findings say of them
     */
    public record Place(Triage triage, Environment environment) {
        public Place {
            requireNonNull(triage, "triage is null");
            requireNonNull(environment, "environment is null");
        }
    }

    /** A violation that is to be triaged on guests of the profile in which it was seen. */
    record Case(String profile, Oracle.Run run, Violation violation, long seed, long index) {}

    /** What is known of one bucket. */
    private static final class Shelf {
        private final double firstSeenSeconds;
        private final long firstSeenProgram;
        /** Numbers of the programs that showed it; several kinds of violation may turn out to be one finding. */
        private final BitSet programs = new BitSet();

        private final Set<String> profiles = new TreeSet<>();
        /** What never shows again in one profile may be steady in another. */
        private final Map<String, Integer> tries = new HashMap<>();

        private boolean waiting;
        private Optional<String> id = Optional.empty();
        private String lastOutcome = "";

        Shelf(double firstSeenSeconds, long firstSeenProgram) {
            this.firstSeenSeconds = firstSeenSeconds;
            this.firstSeenProgram = firstSeenProgram;
        }
    }

    /** A finding of this campaign, without its counts. */
    private record Found(FindingRecord record, String sentence) {}

    /** Counts a violation; answers a case if it is to be triaged. */
    Optional<Case> receive(String profile, Oracle.Run run, Violation violation, long seed, long index, double seconds) {
        if (!wanted.test(violation)) {
            return Optional.empty();
        }
        Shelf shelf = shelves.computeIfAbsent(Target.of(violation), unused -> new Shelf(seconds, index));
        shelf.programs.set(Math.toIntExact(index));
        shelf.profiles.add(profile);
        if (shelf.id.isPresent() || shelf.waiting || shelf.tries.getOrDefault(profile, 0) >= TRIES) {
            return Optional.empty();
        }
        shelf.waiting = true;
        return Optional.of(new Case(profile, run, violation, seed, index));
    }

    /** Whether one of the cases should be triaged now, rather than more programs drawn. */
    boolean due(Deque<Case> cases, double seconds, boolean drawn) {
        return drawn
                || seconds - lastTriageSeconds >= SECONDS_BETWEEN_LIKE_CASES
                || cases.stream().anyMatch(this::unlike);
    }

    /** Takes the case that promises most: one that is unlike all findings so far, else the oldest. */
    Case next(Deque<Case> cases) {
        for (Case task : cases) {
            if (unlike(task)) {
                cases.remove(task);
                return task;
            }
        }
        return cases.removeFirst();
    }

    private boolean unlike(Case task) {
        return shelves.entrySet().stream()
                .noneMatch(shelf ->
                        shelf.getValue().id.isPresent() && shelf.getKey().sameProperty(Target.of(task.violation())));
    }

    /** Tells when a case was done with, seconds from the campaign's start. */
    void triagedAt(double seconds) {
        lastTriageSeconds = seconds;
    }

    /** Triages a case; answers the finding if it is a new one. */
    Optional<CampaignFinding> handle(Case task) {
        Shelf shelf = shelves.get(Target.of(task.violation()));
        shelf.waiting = false;
        shelf.tries.merge(task.profile(), 1, Integer::sum);
        Place place = Optional.ofNullable(places.get(task.profile()))
                .orElseThrow(() -> new IllegalStateException("violations of the profile " + task.profile()
                        + " have no place, there are " + places.keySet()));
        Outcome outcome;
        busy = true;
        try {
            outcome = place.triage()
                    .triage(
                            task.run(),
                            task.violation(),
                            new Triage.Origin(task.seed(), task.index(), place.environment()));
        } catch (StoreException | IllegalArgumentException | CompletionException e) {
            // The campaign goes on: what it has counted and found must not be lost with one case.
            shelf.lastOutcome = "triage failed: " + e.getMessage();
            return Optional.empty();
        } finally {
            busy = false;
        }
        if (outcome instanceof Outcome.Found fresh) {
            return Optional.of(file(shelf, fresh.record().id()));
        }
        if (outcome instanceof Outcome.Duplicate duplicate) {
            // Found by an earlier campaign into the same directory, or through another bucket of this one.
            boolean fresh = !found.containsKey(duplicate.id());
            CampaignFinding finding = file(shelf, duplicate.id());
            return fresh ? Optional.of(finding) : Optional.empty();
        }
        if (outcome instanceof Outcome.NotConfirmed lost) {
            shelf.lastOutcome = "did not show again in " + lost.runs() + " runs alone; expected "
                    + task.violation().expected() + ", seen " + task.violation().seen()
                    + lost.kept().map(path -> "; kept in " + path).orElse("");
        } else {
            shelf.lastOutcome = "its bucket is full";
        }
        return Optional.empty();
    }

    private CampaignFinding file(Shelf shelf, String id) {
        shelf.id = Optional.of(id);
        found.computeIfAbsent(id, unused -> new Found(store.load(id), title(id)));
        return finding(id);
    }

    /** The report's title: what the shrunk program breaks, and when. */
    private String title(String id) {
        String report = store.read(id, "report.md");
        return report.lines().findFirst().orElse(id).replaceFirst("^# (mm: )?", "");
    }

    /** Notes cases for which there was no time. */
    void leave(List<Case> cases) {
        for (Case task : cases) {
            shelves.get(Target.of(task.violation())).lastOutcome = "no time was left to triage it";
        }
    }

    boolean busy() {
        return busy;
    }

    List<CampaignFinding> findings() {
        return found.keySet().stream().map(this::finding).toList();
    }

    private CampaignFinding finding(String id) {
        BitSet programs = new BitSet();
        Set<String> profiles = new TreeSet<>();
        double first = Double.MAX_VALUE;
        long firstProgram = Long.MAX_VALUE;
        for (Shelf shelf : shelves.values()) {
            if (shelf.id.filter(id::equals).isPresent()) {
                programs.or(shelf.programs);
                profiles.addAll(shelf.profiles);
                if (shelf.firstSeenSeconds < first) {
                    first = shelf.firstSeenSeconds;
                    firstProgram = shelf.firstSeenProgram;
                }
            }
        }
        FindingRecord record = found.get(id).record();
        return new CampaignFinding(
                id,
                record.invariant(),
                record.label(),
                record.operations(),
                record.hits(),
                record.runs(),
                record.profile(),
                List.copyOf(profiles),
                programs.cardinality(),
                first,
                firstProgram,
                store.path(id),
                found.get(id).sentence(),
                record.knownBugs(),
                record.knownBugsCompared());
    }

    /** Buckets that led to no finding, and why. */
    List<String> untriaged() {
        Map<String, String> texts = new TreeMap<>();
        shelves.forEach((target, shelf) -> {
            if (shelf.id.isEmpty()) {
                texts.put(
                        target.toString(),
                        target.bucket().invariant() + " after "
                                + target.bucket().operation() + " " + target.title() + ", seen "
                                + shelf.programs.cardinality()
                                + " times in " + String.join(", ", shelf.profiles) + ": "
                                + shelf.lastOutcome);
            }
        });
        return new ArrayList<>(texts.values());
    }
}
