// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code munlock} of a range. A hole is -ENOMEM, with what lies before it unlocked. */
final class Munlock extends RangeOperation {
    Munlock() {
        super("munlock", 49);
    }

    @Override
    Optional<Draw.Range> drawRange(Draw draw) {
        return draw.rangeWith(Page::locked);
    }

    @Override
    public Family family() {
        return Family.ADVICE;
    }

    @Override
    public int weight() {
        return 12;
    }

    @Override
    public void writeC(Step step, CText text) {
        String call = "munlock(" + text.at(region(step), first(step)) + ", " + CText.bytes(pages(step)) + ")";
        text.call(hasHole(text.model(), step) ? call + " < 0" : "!" + call, "munlock");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        for (int number : indices(step).toArray()) {
            if (page(model, step, number).isEmpty()) {
                break;
            }
            model.setLocked(step.task(), region(step), number, false);
        }
        return (hasHole(model, step) ? Results.only(Errno.ENOMEM) : Results.zero()).judge(observed);
    }
}
