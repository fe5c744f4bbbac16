// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** A request to mempinfd that no program means: refused with the error of its flaw, whatever is mapped and pinned. */
final class MempinfdRequest extends DescriptorOperation {
    private static final int PIN = 0;
    private static final int UNPIN = 1;
    private static final Parameter CALL = Parameter.choice("call", "pin", "unpin", "pin-flags");
    private static final Parameter FLAW = Parameter.choice(
            "flaw",
            // size 0
            "empty",
            // addr + size beyond 2^64, at 2^64, past the addresses of programs; in the last page of all
            "wrap",
            "end",
            "beyond",
            "top",
            // more pages than an int counts, and one page of the kernel's
            "pages",
            "kernel",
            // the argument cannot be read; there is no such command; there are no such flags
            "pointer",
            "command",
            "flags");

    MempinfdRequest() {
        super("mempinfd_request", 35, Parameters.DESCRIPTOR, CALL, FLAW);
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return descriptor(draw)
                .map(held -> Step.of(
                        draw.task(),
                        this,
                        held.number(),
                        draw.random().nextInt(3),
                        draw.random().nextInt(FLAW.max() + 1)));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Results allowed = Results.only(error(model, step));
        long result =
                observed.map(StepTrace::result).orElse(allowed.errors().get(0).negated());
        boolean kept = allowed.allows(result);
        AnswerRule rule = kept || result < 0
                ? AnswerRule.MEMPIN_ERRNO
                : result == 0 ? AnswerRule.MEMPIN_WHOLE : AnswerRule.MEMPIN_VALUE;
        return new Expectation(kept, allowed.text(), List.of(), rule);
    }

    private static Errno error(Model model, Step step) {
        int call = step.get(CALL);
        return switch (((Parameter.Choice) FLAW).constants().get(step.get(FLAW))) {
            case "empty", "wrap", "end" -> Errno.EINVAL;
            case "pages" -> {
                boolean mayLockNothing = model.task(step.task()).memlockPages().orElse(1) == 0;
                yield call == UNPIN ? Errno.ENODEV : mayLockNothing ? Errno.EPERM : Errno.ENOMEM;
            }
            case "command" -> Errno.ENOTTY;
            // Only the extended pin has flags; the others are asked for a page of the kernel's instead.
            case "flags" -> call == PIN || call == UNPIN ? Errno.EFAULT : Errno.EINVAL;
            default -> Errno.EFAULT;
        };
    }
}
