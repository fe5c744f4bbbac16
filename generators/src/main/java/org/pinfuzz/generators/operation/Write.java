// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.function.IntToLongFunction;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** Stores a fresh value at the start of each page of a range; what may not be written faults, and the fault is caught. */
final class Write extends RangeOperation {
    Write() {
        super("write", 9);
    }

    @Override
    public int weight() {
        return 192;
    }

    @Override
    public void writeC(Step step, CText text) {
        boolean all = indices(step).allMatch(page -> mayWrite(text.model(), step, page));
        if (all) {
            text.uses("values");
            text.line("write_pages(" + text.at(region(step), first(step)) + ", " + pages(step) + ", "
                    + CText.value(Tokens.of(text.index(), 0)) + ");");
            return;
        }
        text.uses("touch");
        indices(step).forEach(page -> {
            String access = "can_access(" + text.at(region(step), page) + ", 1, "
                    + CText.value(Tokens.of(text.index(), page - first(step))) + ")";
            boolean may = mayWrite(text.model(), step, page);
            text.check((may ? "" : "!") + access, "page " + page + " may " + (may ? "" : "not ") + "be written");
        });
    }

    private static boolean mayWrite(Model model, Step step, int page) {
        return page(model, step, page).map(Page::writable).orElse(false);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return apply(model, step, observed, offset -> Tokens.of(index, offset));
    }

    /** What a write of some value into each page of a range does. */
    static Expectation apply(Model model, Step step, Optional<StepTrace> observed, IntToLongFunction value) {
        Accesses accesses = new Accesses(observed);
        indices(step).forEach(page -> {
            int offset = page - first(step);
            Optional<Page> at = page(model, step, page);
            boolean allowed = at.map(Page::writable).orElse(false);
            if (accesses.checkStore(offset, at, allowed, model.hugetlb(region(step)))) {
                model.write(step.task(), region(step), page, value.applyAsLong(offset));
            }
        });
        return accesses.judge();
    }
}
