// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code pin_user_pages} through the module: a new descriptor that owns the pin. Answers how many pages were pinned. */
final class PinPages extends RangeOperation {
    private static final Parameter ACCESS = Parameter.choice("access", "write", "read");
    private static final Parameter TERM = Parameter.choice("term", "short", "long");
    private static final Parameter PATH = Parameter.choice("path", "slow", "fast");

    PinPages() {
        super("pin", 11, Parameters.NEW_PIN, ACCESS, TERM, PATH);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MODULE);
    }

    @Override
    public int weight() {
        return 192;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.PIN)
                .flatMap(pin -> draw.range()
                        .map(range -> Step.of(
                                draw.task(),
                                this,
                                range.region(),
                                range.first(),
                                range.pages(),
                                pin,
                                draw.random().nextInt(2),
                                draw.random().nextInt(2),
                                draw.random().nextInt(2))));
    }

    @Override
    public void writeC(Step step, CText text) {
        boolean write = step.get(ACCESS) == 0;
        text.pin(new CText.PinRequest(
                step.get(Parameters.NEW_PIN),
                region(step),
                first(step),
                pages(step),
                PinnedRange.accessible(text.model(), step, write),
                write,
                step.get(TERM) == 1,
                step.get(PATH) == 1));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        PinMode mode = new PinMode(PinMode.By.MODULE, step.get(ACCESS) == 0, step.get(TERM) == 1);
        boolean fast = step.get(PATH) == 1;
        int possible = PinnedRange.accessible(model, step, mode.write());
        long result = observed.map(StepTrace::result).orElse(possible == 0 ? Errno.EFAULT.negated() : (long) possible);
        PinnedRange.pin(model, step, mode, possible, result, observed);
        List<Errno> errors = new ArrayList<>(List.of(possible == 0 ? Errno.EFAULT : Errno.ENOMEM));
        if (mode.longTerm() && possible > 0) {
            // Moving the pages out of movable memory may fail; then nothing stays pinned (LT-ERR-ATOMIC).
            errors.addAll(List.of(Errno.EBUSY, Errno.EAGAIN, Errno.EINTR));
        }
        // The fast path answers the part that it got, whatever stopped the rest (internal_get_user_pages_fast).
        int least = fast || mode.longTerm() ? 1 : possible;
        boolean counted = result >= least && result <= possible && result > 0;
        String text = possible == 0 ? "" : (least < possible ? least + ".." + possible : possible) + " pages, ";
        Results refusals = new Results(false, false, errors);
        return new Expectation(counted || refusals.allows(result), text + refusals.text(), List.of());
    }
}
