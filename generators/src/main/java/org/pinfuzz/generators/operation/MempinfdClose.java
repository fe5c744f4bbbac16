// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code close} of a descriptor of mempinfd; the last one that stands for an open file ends its pins. */
final class MempinfdClose extends DescriptorOperation {
    MempinfdClose() {
        super("mempinfd_close", 36, Parameters.DESCRIPTOR);
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return descriptor(draw).map(held -> Step.of(draw.task(), this, held.number()));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        model.close(step.task(), step.get(Parameters.DESCRIPTOR));
        return Results.zero().judge(observed);
    }
}
