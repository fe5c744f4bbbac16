// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code close} of a task's descriptor of a pin: the last one ends the pin. */
final class PinClose extends Operation {
    PinClose() {
        super("pin_close", 75, Parameters.PIN);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.UNPIN);
    }

    @Override
    public int weight() {
        return 24;
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
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        model.closePin(step.task(), step.get(Parameters.PIN));
        return Results.zero().judge(observed);
    }
}
