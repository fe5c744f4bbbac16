// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** Unpins some pages of a pin of the module's; pages that were given back before are passed over. */
final class UnpinPart extends Operation {
    UnpinPart() {
        super("unpin_part", 74, Parameters.PIN, Parameters.FIRST, Parameters.PAGES);
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
        return draw.pin().filter(UnpinPart::hasParts).map(pin -> {
            int first = draw.mostlyFirst(pin.pages().size());
            return Step.of(draw.task(), this, pin.number(), first, 1);
        });
    }

    private static boolean hasParts(Pin pin) {
        return switch (pin.mode().by()) {
            case MODULE, MEMFD, HOLD -> true;
            case IO_URING, MEMPINFD, GUP_TEST, VMSPLICE -> false;
        };
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return PinAccess.usable(model, step)
                .filter(pin -> hasParts(pin)
                        && step.get(Parameters.FIRST) + step.get(Parameters.PAGES)
                                <= pin.pages().size())
                .isEmpty();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        model.unpin(step.get(Parameters.PIN), step.get(Parameters.FIRST), step.get(Parameters.PAGES));
        return Results.zero().judge(observed);
    }
}
