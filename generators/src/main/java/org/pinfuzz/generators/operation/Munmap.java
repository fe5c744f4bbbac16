// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code munmap} of a range; pins keep their pages. Holes in the range are no error. */
final class Munmap extends RangeOperation {
    Munmap() {
        super("munmap", 6);
    }

    @Override
    public int weight() {
        return 32;
    }

    @Override
    public void writeC(Step step, CText text) {
        text.call("!munmap(" + text.at(region(step), first(step)) + ", " + CText.bytes(pages(step)) + ")", "munmap");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            indices(step)
                    .filter(page -> page(model, step, page).isPresent())
                    .forEach(page -> model.unmap(step.task(), region(step), page));
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
