// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * A pin that the module makes: a new descriptor that owns it. Answers how many pages were pinned. One subclass for each way
 * to ask the kernel.
 */
abstract class ModulePin extends RangeOperation {
    static final Parameter ACCESS = Parameter.choice("access", "write", "read");
    static final Parameter TERM = Parameter.choice("term", "short", "long");
    static final Parameter PATH = Parameter.choice("path", "slow", "fast");

    ModulePin(String name, int code, Parameter... more) {
        super(name, code, more);
    }

    /** Whether an obstacle after the first page gives a short count instead of an error. */
    abstract boolean givesParts(Step step);

    /** The task in whose memory the pages are. */
    int owner(Step step) {
        return step.task();
    }

    @Override
    public Watch watch() {
        return Watch.PINS;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MODULE);
    }

    /** Draws a pin of the task's own memory, with parameters NEW_PIN, ACCESS, TERM and PATH. */
    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.PIN)
                .flatMap(pin -> draw.range()
                        .map(range -> Step.of(
                                draw.task(),
                                this,
                                range.region(),
                                range.first(),
                                range.pages(),
                                pin,
                                draw.random().nextInt(2),
                                draw.random().nextInt(2),
                                draw.random().nextInt(2))));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        PinMode mode = new PinMode(PinMode.By.MODULE, step.get(ACCESS) == 0, step.get(TERM) == 1);
        int owner = owner(step);
        Step there = step.withTask(owner);
        int possible = PinnedRange.accessible(model, there, mode.write());
        int certain = PinnedRange.certain(model, there, mode);
        long result = observed.map(StepTrace::result).orElse(certain == 0 ? Errno.EFAULT.negated() : (long) certain);
        PinnedRange.pin(model, step, owner, mode, possible, result, observed, Optional.empty());
        List<Errno> errors = new ArrayList<>(List.of(possible == 0 ? Errno.EFAULT : Errno.ENOMEM));
        if (mode.longTerm() && possible > 0) {
            // Moving the pages out of movable memory may fail; then nothing stays pinned (LT-ERR-ATOMIC).
            errors.addAll(List.of(Errno.EBUSY, Errno.EAGAIN, Errno.EINTR));
        }
        boolean pool = model.hugetlb(region(step));
        if (possible > 0 && (certain == 0 || pool)) {
            // No long-term writes into a file on disk from 6.5 on; nothing left in the pool of huge pages; userfaultfd.
            errors.add(Errno.EFAULT);
        }
        int least = givesParts(step) || mode.longTerm() || pool ? 1 : Math.max(1, certain);
        boolean counted = result >= least && result <= possible && result > 0;
        String text = possible == 0 ? "" : (least < possible ? least + ".." + possible : possible) + " pages, ";
        Results refusals = new Results(false, false, errors);
        AnswerRule rule =
                possible == 0 ? AnswerRule.PERM : certain < possible ? AnswerRule.LONGTERM_FILE : AnswerRule.CALL;
        return new Expectation(counted || refusals.allows(result), text + refusals.text(), List.of(), rule);
    }
}
