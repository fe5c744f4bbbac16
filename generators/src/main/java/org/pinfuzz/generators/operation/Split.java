// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Splits the huge pages of a region's slot, by {@code split_huge_pages} of debugfs (5.13). What is pinned is not split. The
 * values are the frames of the region's pages before, shifted by eight, and the orders of their folios.
 */
final class Split extends Operation {
    Split() {
        super("split", 104, Parameters.REGION);
    }

    @Override
    public Family family() {
        return Family.HUGE;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.SPLIT);
    }

    @Override
    public int weight() {
        return 12;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.range().map(range -> Step.of(draw.task(), this, range.region()));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Results.zeroOr(Errno.EINVAL, Errno.EBUSY, Errno.EAGAIN).judge(observed);
    }
}
