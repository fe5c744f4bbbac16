// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** A second descriptor of the same open file ({@code fcntl}, {@code F_DUPFD_CLOEXEC}). */
final class MempinfdDup extends DescriptorOperation {
    private static final Parameter COPY = Parameter.creates("copy", HandleKind.DESCRIPTOR);

    MempinfdDup() {
        super("mempinfd_dup", 37, Parameters.DESCRIPTOR, COPY);
    }

    @Override
    public int weight() {
        return 8;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.DESCRIPTOR)
                .flatMap(copy -> descriptor(draw).map(held -> Step.of(draw.task(), this, held.number(), copy)));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.duplicate(step.task(), step.get(Parameters.DESCRIPTOR), step.get(COPY));
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
