// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code clone} with the caller's memory (CLONE_VM): a thread as far as memory is concerned. It has copies of the
 * descriptors, so that a pin's descriptor has one owner each.
 */
final class Spawn extends Operation {
    private static final Parameter CHILD = Parameter.creates("child", HandleKind.TASK);

    Spawn() {
        super("thread", 41, CHILD);
    }

    @Override
    public Family family() {
        return Family.OTHERS;
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.TASK).map(child -> Step.of(draw.task(), this, child));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.thread(step.task(), step.get(CHILD));
        }
        return Results.zeroOr(Errno.ENOMEM, Errno.EAGAIN).judge(observed);
    }
}
