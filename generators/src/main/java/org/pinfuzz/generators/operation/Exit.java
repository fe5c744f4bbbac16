// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code exit}: the task ends; the step is over when the kernel has torn its memory down and it was reaped. */
final class Exit extends Operation {
    Exit() {
        super("exit", 2);
    }

    @Override
    public int weight() {
        return 24;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.model().livingTasks().size() > 1 ? Optional.of(Step.of(draw.task(), this)) : Optional.empty();
    }

    @Override
    public void writeC(Step step, CText text) {
        text.exit();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        model.exit(step.task());
        return Results.zero().judge(observed);
    }
}
