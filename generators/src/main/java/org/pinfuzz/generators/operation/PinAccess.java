// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.program.Step;

/** The pin that a step refers to. */
final class PinAccess {
    private PinAccess() {}

    /** The pin, if the step's task has its descriptor and it is not spent. */
    static Optional<Pin> usable(Model model, Step step) {
        return model.pin(step.get(Parameters.PIN)).filter(pin -> pin.usableBy(step.task()));
    }
}
