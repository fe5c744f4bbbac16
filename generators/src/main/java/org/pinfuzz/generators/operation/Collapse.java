// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code MADV_COLLAPSE} of a region's whole slot (6.1): its pages move into one huge page, if it is mapped that far. What is
 * pinned stays where it is, so that a slot with pins is left alone.
 */
final class Collapse extends Operation {
    Collapse() {
        super("madv_collapse", 62, Parameters.REGION);
    }

    @Override
    public Family family() {
        return Family.HUGE;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.COLLAPSE);
    }

    @Override
    public int weight() {
        return 8;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.rangeWith(Page::privateAnonymous).map(range -> Step.of(draw.task(), this, range.region()));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        int region = step.get(Parameters.REGION);
        // Pages that nobody had touched are zeroes of the huge page then.
        for (int page = 0; page < Region.MAX_PAGES; page++) {
            model.touchForPin(step.task(), region, page);
        }
        return Results.zeroOr(Errno.EINVAL, Errno.EAGAIN, Errno.EBUSY, Errno.ENOMEM, Errno.EFAULT, Errno.EIO)
                .judge(observed);
    }
}
