// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Descriptor;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * The task gets a descriptor that another one has, by {@code pidfd_getfd}: as when it is sent over a socket, both then
 * stand for one open file, and nobody has to wait for anybody.
 */
final class MempinfdTake extends DescriptorOperation {
    MempinfdTake() {
        super("mempinfd_take", 38, Parameters.DESCRIPTOR);
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.oneOf(draw.model().descriptors().stream()
                        .filter(descriptor -> !descriptor.holders().contains(draw.task()))
                        .toList())
                .map(held -> Step.of(draw.task(), this, held.number()));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        Optional<Descriptor> held = model.descriptor(step.get(Parameters.DESCRIPTOR));
        return held.map(descriptor -> descriptor.holders().contains(step.task()))
                .orElse(true);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.take(step.task(), step.get(Parameters.DESCRIPTOR));
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
