// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code vmsplice} of a range into a new pipe: plain references for reading (FOLL_GET). Answers how many pages the pipe
 * took. What tasks write later may go to other pages; what the pipe shows may never be what the other side of a fork wrote.
 */
final class Vmsplice extends RangeOperation {
    Vmsplice() {
        super("vmsplice", 71, Parameters.NEW_PIN);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.READ);
    }

    @Override
    public int weight() {
        return 32;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.PIN)
                .flatMap(pin -> draw.range()
                        .map(range -> Step.of(draw.task(), this, range.region(), range.first(), range.pages(), pin)));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        int possible = PinnedRange.accessible(model, step, false);
        long result = observed.map(StepTrace::result).orElse(possible == 0 ? Errno.EFAULT.negated() : (long) possible);
        int taken = (int) Math.max(0, Math.min(result, possible));
        if (taken > 0) {
            model.splice(
                    step.get(Parameters.NEW_PIN),
                    step.task(),
                    region(step),
                    first(step),
                    taken,
                    observed.map(StepTrace::values).orElse(List.of()));
        }
        boolean pool = model.hugetlb(region(step));
        int certain = pool ? 0 : PinnedRange.certain(model, step, new PinMode(PinMode.By.VMSPLICE, false, false));
        boolean counted = result > 0 && result >= certain && result <= possible;
        Results refusals = certain == 0 ? Results.only(Errno.EFAULT, Errno.ENOMEM) : Results.only(Errno.ENOMEM);
        return new Expectation(counted || refusals.allows(result), possible + " pages, " + refusals.text(), List.of());
    }
}
