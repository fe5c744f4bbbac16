// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Lets KSM run until it has looked at everything twice: pages that are equal and may be merged (MADV_MERGEABLE) are in one
 * frame then. Each comes back to a frame of its own when it is written. -EAGAIN where it had nothing to look at.
 */
final class KsmMerge extends Operation {
    KsmMerge() {
        super("ksm_merge", 103);
    }

    @Override
    public Family family() {
        return Family.MERGE;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.KSM);
    }

    /** It waits for the kernel's thread; and most programs have nothing to merge. */
    @Override
    public int weight() {
        return 16;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.model().anythingMergeable() ? Optional.of(Step.of(draw.task(), this)) : Optional.empty();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Results.zeroOr(Errno.EAGAIN).judge(observed);
    }
}
