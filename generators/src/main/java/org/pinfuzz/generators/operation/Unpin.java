// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** Ends a pin: the module's unpin, or io_uring's unregistering of its buffers. */
final class Unpin extends Operation {
    Unpin() {
        super("unpin", 13, Parameters.PIN);
    }

    @Override
    public int weight() {
        return 64;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.pin().map(pin -> Step.of(draw.task(), this, pin.number()));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return PinAccess.usable(model, step).isEmpty();
    }

    @Override
    public void writeC(Step step, CText text) {
        text.unpin(step.get(Parameters.PIN));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        model.unpin(step.get(Parameters.PIN));
        return Results.zero().judge(observed);
    }
}
