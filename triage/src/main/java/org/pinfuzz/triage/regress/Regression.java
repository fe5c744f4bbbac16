// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.regress;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.pinfuzz.generators.invariant.Verdict;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.triage.Oracle;

/**
 * Runs cases and compares them with what is recorded. A case is run a few times; if its runs disagree, or if it passes but
 * was recorded to break now and then, it is run more often, because then a few runs prove nothing.
 */
public final class Regression {
    /** A bug that shows in half of its runs misses so many once in a thousand times. */
    private static final int MORE_RUNS = 10;
    /** How sure it must be that something that broke now and then is fixed. */
    private static final double DOUBT = 0.05;
    /** A bug that shows in fewer than one of twenty runs is never said to be fixed. */
    private static final int MAX_RUNS = 60;

    private final int runs;
    private final InstantSource clock;

    /** @param runs how often each case is run at least */
    public Regression(int runs, InstantSource clock) {
        if (runs < 1) {
            throw new IllegalArgumentException("runs is " + runs);
        }
        this.runs = runs;
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** Runs a case alone on restored guests and says how it does. */
    public RegressResult run(RegressCase regressCase, Oracle oracle) {
        long start = clock.millis();
        List<Oracle.Run> all = new ArrayList<>(oracle.runAlone(regressCase.program(), runs));
        int wanted = wanted(regressCase.recorded(), seen(regressCase, all));
        if (wanted > all.size()) {
            all.addAll(oracle.runAlone(regressCase.program(), wanted - all.size()));
        }
        Optional<Recorded> seen = seen(regressCase, all);
        Standing standing = compare(regressCase.recorded(), seen);
        long wallMs = clock.millis() - start;
        return new RegressResult(regressCase, standing, seen, note(standing, regressCase, all), wallMs);
    }

    /** How many runs it takes to tell. */
    private int wanted(Optional<Recorded> recorded, Optional<Recorded> seen) {
        if (seen.filter(Recorded::flaky).isPresent()) {
            return MORE_RUNS;
        }
        boolean missed = seen.filter(Recorded::passes).isPresent()
                && recorded.filter(Recorded::flaky).isPresent();
        return missed ? Math.min(MAX_RUNS, runsToMiss(recorded.orElseThrow().hitRate())) : runs;
    }

    /** After so many runs without a hit it is unlikely that something of this rate is still there. */
    private static int runsToMiss(double hitRate) {
        return (int) Math.ceil(Math.log(DOUBT) / Math.log(1 - hitRate));
    }

    private static Optional<Recorded> seen(RegressCase regressCase, List<Oracle.Run> all) {
        List<Oracle.Run> judged = all.stream()
                .filter(run -> run.judgement().verdict() != Verdict.INCONCLUSIVE)
                .toList();
        if (judged.isEmpty()) {
            return Optional.empty();
        }
        TreeSet<String> invariants = new TreeSet<>();
        int hits = 0;
        for (Oracle.Run run : judged) {
            List<Violation> counted = regressCase.counted(run);
            counted.forEach(violation -> invariants.add(violation.invariant()));
            hits += counted.isEmpty() ? 0 : 1;
        }
        return Optional.of(new Recorded(hits, judged.size(), invariants));
    }

    /** The comparison alone: a function of what is recorded and what was seen. */
    static Standing compare(Optional<Recorded> recorded, Optional<Recorded> seen) {
        if (seen.isEmpty()) {
            return Standing.UNKNOWN;
        }
        Recorded now = seen.get();
        boolean broke = recorded.filter(before -> !before.passes()).isPresent();
        if (now.passes()) {
            if (!broke) {
                return Standing.PASSED;
            }
            Recorded before = recorded.orElseThrow();
            boolean told = !before.flaky() || now.runs() >= runsToMiss(before.hitRate());
            return told ? Standing.FIXED : Standing.FLAKY;
        }
        if (!broke || Collections.disjoint(recorded.orElseThrow().invariants(), now.invariants())) {
            return Standing.NEW;
        }
        return now.flaky() ? Standing.FLAKY : Standing.KNOWN;
    }

    private static String note(Standing standing, RegressCase regressCase, List<Oracle.Run> all) {
        String before = regressCase
                .recorded()
                .map(known -> "recorded: " + known)
                .orElse("nothing is recorded of it on this kernel");
        return switch (standing) {
            case UNKNOWN -> "no run could be judged: " + all.get(0).judgement().inconclusive();
            case NEW ->
                all.stream()
                        .flatMap(run -> regressCase.counted(run).stream())
                        .findFirst()
                        .map(violation -> violation.label() + " of " + violation.invariant() + " after step "
                                + violation.step() + ": expected: " + violation.expected() + "; seen: "
                                + violation.seen()
                                + "; " + before)
                        .orElse(before);
            default -> before;
        };
    }
}
