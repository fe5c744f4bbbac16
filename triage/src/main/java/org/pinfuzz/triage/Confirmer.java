// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.util.ArrayList;
import java.util.List;
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
        List<Oracle.Run> runs = new ArrayList<>(oracle.runAlone(program, times));
        int hits = hits(runs, target);
        if (hits > 0 && hits < runs.size() && runs.size() < limits.confirmRuns() + limits.flakyRuns()) {
            runs.addAll(oracle.runAlone(program, limits.confirmRuns() + limits.flakyRuns() - runs.size()));
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
