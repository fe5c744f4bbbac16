// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code fork}: a new task with a copy of the caller's memory. */
final class Fork extends Operation {
    private static final Parameter CHILD = Parameter.creates("child", HandleKind.TASK);

    Fork() {
        super("fork", 1, CHILD);
    }

    /** A task costs as much as ten other steps, and one other task is nearly always enough. */
    @Override
    public int weight() {
        return 48;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.TASK).map(child -> Step.of(draw.task(), this, child));
    }

    @Override
    public void writeC(Step step, CText text) {
        text.fork(step.get(CHILD));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.fork(step.task(), step.get(CHILD));
        }
        return Results.zeroOr(Errno.ENOMEM, Errno.EAGAIN).judge(observed);
    }
}
