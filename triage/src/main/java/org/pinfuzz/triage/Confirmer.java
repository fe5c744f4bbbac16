// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;

/**
 * Runs a program alone on restored guests until it is clear how often it shows a violation: a few runs when all agree,
 * more when they do not, because the rate decides how often the shrinker has to ask.
 */
final class Confirmer {
    private final Oracle oracle;
    private final TriageLimits limits;

    Confirmer(Oracle oracle, TriageLimits limits) {
        this.oracle = oracle;
        this.limits = limits;
    }

    Confirmation confirm(Program program, Target target, int times) {
        return confirm(program, target, new ArrayList<>(oracle.runAlone(program, times)));
    }

    /** What a program shows of what is looked for, and how often; empty if it never does. */
    Optional<Confirmed> discover(Program program, Predicate<Violation> wanted) {
        List<Oracle.Run> runs = new ArrayList<>();
        while (runs.size() < limits.unseenRuns()) {
            runs.addAll(oracle.runAlone(program, Math.min(limits.firstRuns(), limits.unseenRuns() - runs.size())));
            Optional<Target> target = runs.stream()
                    .flatMap(run -> run.judgement().violations().stream())
                    .filter(wanted)
                    .findFirst()
                    .map(Target::of);
            if (target.isPresent()) {
                return Optional.of(new Confirmed(target.get(), confirm(program, target.get(), runs)));
            }
        }
        return Optional.empty();
    }

    /** A violation that a program shows. */
    record Confirmed(Target target, Confirmation confirmation) {}

    private Confirmation confirm(Program program, Target target, List<Oracle.Run> runs) {
        while (hits(runs, target) == 0 && runs.size() < limits.unseenRuns()) {
            runs.addAll(oracle.runAlone(program, Math.min(limits.confirmRuns(), limits.unseenRuns() - runs.size())));
        }
        int hits = hits(runs, target);
        while (hits > 0 && hits < runs.size() && hits < limits.flakyHits() && runs.size() < limits.flakyRuns()) {
            runs.addAll(oracle.runAlone(program, Math.min(limits.flakyHits(), limits.flakyRuns() - runs.size())));
            hits = hits(runs, target);
        }
        return new Confirmation(
                hits,
                runs.size(),
                runs.stream()
                        .filter(run -> target.in(run.judgement()).isPresent())
                        .findFirst());
    }

    private static int hits(List<Oracle.Run> runs, Target target) {
        return (int) runs.stream()
                .filter(run -> target.in(run.judgement()).isPresent())
                .count();
    }
}
