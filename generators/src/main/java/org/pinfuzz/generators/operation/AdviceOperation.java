// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code madvise} of a range. The kernel takes the advice page by page, stops at the first mapping that refuses it, and
 * answers -ENOMEM in the end where it met holes (madvise_walk_vmas, mm/madvise.c).
 */
abstract class AdviceOperation extends RangeOperation {
    AdviceOperation(String name, int code, Parameter... more) {
        super(name, code, more);
    }

    /** Whether a mapping refuses the advice. */
    enum Refusal {
        NEVER,
        /** Some versions do. */
        MAYBE,
        ALWAYS
    }

    /** The advice as C has it. */
    abstract String constant(Step step);

    /** Whether the mapping of a page refuses the advice with -EINVAL. */
    Refusal refuses(Step step, Page page) {
        return Refusal.NEVER;
    }

    private Refusal refusal(Step step, Page page) {
        Refusal refusal = refuses(step, page);
        return refusal == Refusal.NEVER && page.perhapsLocked() ? Refusal.MAYBE : refusal;
    }

    /** Whether a page of the range from one on refuses the advice, or may. */
    private boolean refusedFrom(Model model, Step step, int from) {
        return indices(step)
                .filter(number -> number >= from)
                .anyMatch(number -> page(model, step, number)
                        .filter(page -> refusal(step, page) != Refusal.NEVER)
                        .isPresent());
    }

    /** What the advice does to a page that is mapped. */
    void advise(Model model, Step step, int page) {}

    @Override
    public int weight() {
        return 12;
    }

    @Override
    public void writeC(Step step, CText text) {
        text.uses("advice");
        String call = "madvise(" + text.at(region(step), first(step)) + ", " + CText.bytes(pages(step)) + ", "
                + constant(step) + ")";
        text.call(hasHole(text.model(), step) ? call + " < 0 && errno == ENOMEM" : "!" + call, "madvise");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        boolean hole = hasHole(model, step);
        boolean refused =
                observed.map(trace -> trace.result() == Errno.EINVAL.negated()).orElse(false);
        for (int number : indices(step).toArray()) {
            Optional<Page> page = page(model, step, number);
            Refusal refusal = page.map(there -> refusal(step, there)).orElse(Refusal.NEVER);
            if (refusal == Refusal.MAYBE && refused && refusedFrom(model, step, number + 1)) {
                return Expectation.lost("-EINVAL, for this page or for a later one");
            }
            if (refusal == Refusal.ALWAYS || (refusal == Refusal.MAYBE && refused)) {
                return Results.only(Errno.EINVAL).judge(observed);
            }
            if (page.isPresent()) {
                advise(model, step, number);
            }
        }
        return (hole ? Results.only(Errno.ENOMEM) : Results.zero()).judge(observed);
    }
}
