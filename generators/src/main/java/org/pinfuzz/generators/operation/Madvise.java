// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code madvise} of a range. Holes answer -ENOMEM, after the advice was taken everywhere else (madvise_walk_vmas). */
final class Madvise extends RangeOperation {
    private static final Parameter ADVICE = Parameter.choice("advice", "dontneed", "dontfork", "dofork");

    Madvise() {
        super("madvise", 8, ADVICE);
    }

    @Override
    public int weight() {
        return 48;
    }

    @Override
    List<Integer> drawMore(Draw draw) {
        // What is undone tells less than what is done.
        int roll = draw.random().nextInt(6);
        return List.of(roll < 3 ? 0 : roll < 5 ? 1 : 2);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        boolean hole = hasHole(model, step);
        indices(step).filter(page -> page(model, step, page).isPresent()).forEach(page -> {
            if (step.get(ADVICE) == 0) {
                model.discard(step.task(), region(step), page);
            } else {
                model.setDontFork(step.task(), region(step), page, step.get(ADVICE) == 1);
            }
        });
        return (hole ? Results.only(Errno.ENOMEM) : Results.zero()).judge(observed);
    }
}
