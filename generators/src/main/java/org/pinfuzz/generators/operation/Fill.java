// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Stores the same value at the start of each page of a range, one of two: pages that are equal in every byte can be merged.
 */
final class Fill extends RangeOperation {
    private static final Parameter VALUE = Parameter.choice("value", "a", "b");

    Fill() {
        super("fill", 47, VALUE);
    }

    @Override
    public Family family() {
        return Family.MERGE;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.WRITE);
    }

    @Override
    public int weight() {
        return 24;
    }

    @Override
    List<Integer> drawMore(Draw draw) {
        return List.of(draw.mostlyFirst(2));
    }

    @Override
    public void writeC(Step step, CText text) {
        text.uses("touch");
        indices(step).forEach(page -> {
            boolean may = page(text.model(), step, page).map(Page::writable).orElse(false);
            text.check(
                    (may ? "" : "!") + "can_access(" + text.at(region(step), page) + ", 1, "
                            + CText.value(Tokens.filled(step.get(VALUE))) + ")",
                    "page " + page + " may " + (may ? "" : "not ") + "be written");
        });
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Write.apply(model, step, observed, offset -> Tokens.filled(step.get(VALUE)));
    }
}
