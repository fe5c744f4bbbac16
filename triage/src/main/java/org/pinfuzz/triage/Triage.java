// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.trace.TraceJson;
import org.pinfuzz.triage.known.Attribution;
import org.pinfuzz.triage.known.KnownBugs;

/**
 * Makes a finding of a run that broke an invariant: bucket, confirm, shrink, confirm again, name, store. For one thread.
 */
public final class Triage {
    /** Enough of a digest to tell programs of one campaign apart. */
    private static final int DIGITS = 8;

    private final FindingStore findings;
    private final TriageLimits limits;
    private final KnownBugs knownBugs;
    private final UnaryOperator<String> frames;
    private final Minimizer minimizer;
    private final Map<Target, Integer> shrinks = new HashMap<>();

    /** One that knows no bugs. */
    public Triage(Oracle oracle, FindingStore findings, TriageLimits limits, InstantSource clock) {
        this(oracle, findings, limits, KnownBugs.NONE, UnaryOperator.identity(), clock);
    }

    /**
     * @param oracle runs programs
     * @param findings where findings go
     * @param knownBugs what findings are compared with
     * @param frames says of frames in a console where they are in the source
     * @param clock measures the time of shrinks
     */
    public Triage(
            Oracle oracle,
            FindingStore findings,
            TriageLimits limits,
            KnownBugs knownBugs,
            UnaryOperator<String> frames,
            InstantSource clock) {
        this.findings = requireNonNull(findings, "findings is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.knownBugs = requireNonNull(knownBugs, "knownBugs is null");
        this.frames = requireNonNull(frames, "frames is null");
        minimizer = new Minimizer(oracle, limits, clock);
    }

    /**
     * Where a violating run comes from.
     *
     * @param seed seed of the campaign
     * @param index number of the program in it
     * @param environment where it ran
     */
    public record Origin(long seed, long index, Environment environment) {
        public Origin {
            requireNonNull(environment, "environment is null");
        }
    }

    /**
     * Triages the first violation of a run.
     *
     * @throws IllegalArgumentException if the run broke nothing
     * @throws org.pinfuzz.corpus.StoreException if the finding cannot be stored
     */
    public Outcome triage(Oracle.Run run, Origin origin) {
        return triage(
                run,
                run.judgement()
                        .first()
                        .orElseThrow(() -> new IllegalArgumentException("the run to triage broke no invariant")),
                origin);
    }

    /**
     * Triages one violation of a run: it is confirmed, shrunk and filed for itself, whatever else the run broke.
     *
     * @throws org.pinfuzz.corpus.StoreException if the finding cannot be stored
     */
    public Outcome triage(Oracle.Run run, Violation violation, Origin origin) {
        if (shrinks.getOrDefault(Target.of(violation), 0) >= limits.shrinksPerBucket()) {
            return new Outcome.BucketFull(violation.bucket());
        }
        Target target = Target.of(violation);
        Confirmation original = minimizer.confirm(run.program(), target);
        if (!original.confirmed()) {
            return new Outcome.NotConfirmed(
                    violation, original.hits(), original.runs(), keep(run, violation, original, origin));
        }
        // Counted once it is confirmed: what never shows again shall not use up the bucket.
        shrinks.merge(target, 1, Integer::sum);
        Minimizer.Pass pass = minimizer.minimize(original, target, this::known);
        if (pass.again().isEmpty()) {
            String id = id(pass.shrunk());
            return new Outcome.Duplicate(id, findings.sight(id));
        }
        Confirmation again = pass.again().get();
        return again.confirmed()
                ? store(run, again, target, pass.shrunk().complete(), origin)
                // What showed only in company of other programs is no reproducer; the program that was found is.
                : store(run, original, target, false, origin);
    }

    private Optional<Path> keep(Oracle.Run run, Violation violation, Confirmation alone, Origin origin) {
        Map<String, String> files = evidence(run, run.console(), origin);
        files.put(
                "violation.txt",
                violation.invariant() + " after step " + violation.step() + "\nexpected: " + violation.expected()
                        + "\nseen: " + violation.seen() + "\nshown again by " + alone.hits() + " of " + alone.runs()
                        + " runs alone\nprogram " + origin.index() + " of seed " + origin.seed() + "\n");
        String digest = Operations.JSON.digest(run.program()).substring(0, DIGITS);
        return findings.keepUnconfirmed(violation.invariant() + "-" + digest, files);
    }

    /** Whether it is a finding that is there: its program was confirmed when it became one. */
    private boolean known(Shrunk shrunk) {
        return findings.list().contains(id(shrunk));
    }

    private static String id(Shrunk shrunk) {
        return BugIdentity.of(shrunk.violation(), shrunk.run().program());
    }

    private Outcome store(Oracle.Run found, Confirmation confirmation, Target target, boolean complete, Origin origin) {
        Oracle.Run run = confirmation.run().orElseThrow();
        Violation violation = target.in(run.judgement()).orElseThrow();
        String id = BugIdentity.of(violation, run.program());
        List<String> others = run.judgement().violations().stream()
                .map(Violation::invariant)
                .filter(other -> !other.equals(violation.invariant()))
                .distinct()
                .toList();
        List<String> titles = target.title().isEmpty()
                ? List.of()
                : run.judgement().violations().stream()
                        .filter(other -> other.invariant().equals(violation.invariant())
                                && !Target.of(other).title().equals(target.title()))
                        .map(other -> SplatTitle.printable(other.seen()))
                        .distinct()
                        .toList();
        Attribution attribution = knownBugs.attribute(
                violation, run.program(), origin.environment().kernelRelease());
        FindingRecord record = new FindingRecord(
                id,
                violation.invariant(),
                violation.label(),
                run.program().size(),
                confirmation.hits(),
                confirmation.runs(),
                1,
                origin.environment().kernelRelease(),
                origin.environment().profile(),
                others,
                origin.seed(),
                origin.index(),
                titles,
                attribution.ids(),
                attribution.compared());
        FindingReport report = new FindingReport(
                record,
                violation,
                run.program(),
                run.trace(),
                found.program().size(),
                complete,
                origin.environment(),
                attribution,
                replayCommand(id, origin));
        String console = frames.apply(run.console());
        Map<String, String> files = evidence(run, console, origin);
        files.put("report.md", report.text());
        files.put("report.html", report.page(console).text());
        files.put("original.json", Operations.JSON.writePretty(found.program()));
        int sightings = findings.add(record, files);
        return sightings == 1 ? new Outcome.Found(record) : new Outcome.Duplicate(id, sightings);
    }

    /** The files of a run, whatever is made of it. */
    private static Map<String, String> evidence(Oracle.Run run, String console, Origin origin) {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("program.json", Operations.JSON.writePretty(run.program()));
        files.put("trace.json", TraceJson.writePretty(run.trace()));
        files.put("console.log", console);
        files.put("environment.json", origin.environment().toJson());
        return files;
    }

    private String replayCommand(String id, Origin origin) {
        return ("./pinfuzz replay " + findings.path(id) + " "
                        + String.join(" ", origin.environment().replayOptions()))
                .strip();
    }
}
