// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** A new descriptor of mempinfd: by the system call where the kernel has it, else by opening the module's device. */
final class MempinfdOpen extends Operation {
    private static final Parameter NEW = Parameter.creates("descriptor", HandleKind.DESCRIPTOR);

    MempinfdOpen() {
        super("mempinfd_open", 32, NEW);
    }

    @Override
    public Family family() {
        return Family.MEMPINFD;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MEMPINFD);
    }

    @Override
    public int weight() {
        return 24;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.DESCRIPTOR).map(number -> Step.of(draw.task(), this, number));
    }

    @Override
    public Watch watch() {
        return Watch.ACCOUNTS;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.openMempinfd(step.task(), step.get(NEW));
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
