// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Protection;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code mprotect} of a range. At a hole the kernel stops with -ENOMEM, and the pages before the hole keep the new rights
 * (do_mprotect_pkey, mm/mprotect.c).
 */
final class Mprotect extends RangeOperation {
    Mprotect() {
        super("mprotect", 7, Parameters.PROTECTION);
    }

    @Override
    List<Integer> drawMore(Draw draw) {
        int roll = draw.random().nextInt(8);
        return List.of(roll < 4 ? 0 : roll < 7 ? 1 : 2);
    }

    @Override
    public void writeC(Step step, CText text) {
        String call = "mprotect(" + text.at(region(step), first(step)) + ", " + CText.bytes(pages(step)) + ", "
                + Protection.at(step.get(Parameters.PROTECTION)).text() + ")";
        text.call(hasHole(text.model(), step) ? call + " < 0 && errno == ENOMEM" : "!" + call, "mprotect");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Protection protection = Protection.at(step.get(Parameters.PROTECTION));
        boolean hole = hasHole(model, step);
        for (int page : indices(step).toArray()) {
            if (page(model, step, page).isEmpty()) {
                break;
            }
            model.protect(step.task(), region(step), page, protection);
            if (protection.writable() && page(model, step, page).orElseThrow().perhapsLocked()) {
                model.touchForPin(step.task(), region(step), page);
            } else if (protection.writable()
                    && page(model, step, page).orElseThrow().locked()) {
                // Locked memory that becomes writable is written to at once (mprotect_fixup, mm/mprotect.c).
                model.own(step.task(), region(step), page);
            }
        }
        return (hole ? Results.only(Errno.ENOMEM) : Results.zero()).judge(observed);
    }
}
