// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** Loads the value at the start of each page of a range and compares it with the model. */
final class Read extends RangeOperation {
    Read() {
        super("read", 10);
    }

    @Override
    public int weight() {
        return 80;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Accesses accesses = new Accesses(observed);
        indices(step).forEach(number -> {
            int offset = number - first(step);
            Optional<Page> page = page(model, step, number).filter(Page::readable);
            if (accesses.check(offset, page.isPresent())) {
                page.ifPresent(at -> accesses.compare(step.task(), region(step), number, at, offset));
            }
        });
        return accesses.judge();
    }
}
