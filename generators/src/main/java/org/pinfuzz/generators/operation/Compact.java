// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** Compaction of all zones ({@code /proc/sys/vm/compact_memory}). */
final class Compact extends Operation {
    Compact() {
        super("compact", 18);
    }

    @Override
    public Family family() {
        return Family.MIGRATION;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.COMPACTION);
    }

    /** It takes as long as several programs. */
    @Override
    public int weight() {
        return 1;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return Optional.of(Step.of(draw.task(), this));
    }

    @Override
    public void writeC(Step step, CText text) {
        text.uses("compact");
        text.line("compact();");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Results.zero().judge(observed);
    }
}
