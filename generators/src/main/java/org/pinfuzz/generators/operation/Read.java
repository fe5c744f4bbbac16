// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** Loads the value at the start of each page of a range and compares it with the model. */
final class Read extends RangeOperation {
    Read() {
        super("read", 10);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.WRITE);
    }

    @Override
    public int weight() {
        return 80;
    }

    @Override
    public void writeC(Step step, CText text) {
        indices(step).forEach(number -> {
            Optional<Page> page = page(text.model(), step, number).filter(Page::readable);
            String address = text.at(region(step), number);
            if (page.isEmpty()) {
                text.uses("touch");
                text.check("!can_access(" + address + ", 0, 0)", "page " + number + " may not be read");
            } else if (!page.get().accepted().any()
                    && page.get().accepted().values().size() == 1) {
                text.uses("value_at");
                long value = page.get().accepted().values().iterator().next();
                text.check(
                        "value_at(" + address + ") == " + CText.value(value),
                        "page " + number + " has " + Tokens.text(value));
            } else {
                text.uses("touch");
                text.check("can_access(" + address + ", 0, 0)", "page " + number + " may be read");
            }
        });
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return apply(model, step, observed);
    }

    /** What a read of a range in the memory of the step's task sees. */
    static Expectation apply(Model model, Step step, Optional<StepTrace> observed) {
        Accesses accesses = new Accesses(observed);
        indices(step).forEach(number -> {
            int offset = number - first(step);
            Optional<Page> page = page(model, step, number).filter(Page::readable);
            boolean mayFault = model.hugetlb(region(step))
                    || page.filter(there -> there.mayFault(false)).isPresent();
            if (accesses.check(offset, page.isPresent(), mayFault)) {
                page.ifPresent(at -> accesses.compare(step.task(), region(step), number, at, offset));
                model.readIn(step.task(), region(step), number);
            }
        });
        return accesses.judge();
    }
}
