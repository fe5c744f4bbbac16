// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * A range registered as a fixed buffer of a new io_uring: a long-term write pin of all its pages or of none. Answers how
 * many pages were pinned.
 */
final class UringPin extends RangeOperation {
    private static final PinMode MODE = new PinMode(PinMode.By.IO_URING, true, true);

    UringPin() {
        super("uring_pin", 12, Parameters.NEW_PIN);
    }

    @Override
    public boolean pinsForLong() {
        return true;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.PIN);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.IO_URING);
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.PIN)
                .flatMap(pin -> draw.range()
                        .map(range -> Step.of(draw.task(), this, range.region(), range.first(), range.pages(), pin)));
    }

    @Override
    public void writeC(Step step, CText text) {
        text.pin(new CText.PinRequest(
                step.get(Parameters.NEW_PIN),
                region(step),
                first(step),
                pages(step),
                PinnedRange.accessible(text.model(), step, true),
                true,
                true,
                true));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        int possible = PinnedRange.accessible(model, step, true);
        boolean all = possible == pages(step);
        boolean onDisk = indices(step)
                .anyMatch(number -> page(model, step, number).map(Page::onDisk).orElse(false));
        long result = observed.map(StepTrace::result).orElse(all ? possible : Errno.EFAULT.negated());
        PinnedRange.pin(model, step, MODE, possible, all ? result : 0, observed);
        // -EFAULT stands for any part: when a page cannot be moved out of movable memory, the fast path answers those
        // before it, and io_uring turns the short count into this error (io_pin_pages, io_uring/memmap.c or rsrc.c).
        Results refusals = all
                ? new Results(false, false, List.of(Errno.ENOMEM, Errno.EBUSY, Errno.EAGAIN, Errno.EINTR, Errno.EFAULT))
                : new Results(false, false, List.of(Errno.EFAULT, Errno.ENOMEM));
        // Files of disks are refused altogether by some versions, and where they are shared by the others.
        if (onDisk) {
            refusals = new Results(
                    false,
                    false,
                    List.of(Errno.ENOMEM, Errno.EBUSY, Errno.EAGAIN, Errno.EINTR, Errno.EFAULT, Errno.EOPNOTSUPP));
        }
        String text = all ? possible + " pages, " + refusals.text() : refusals.text();
        return new Expectation((all && result == possible) || refusals.allows(result), text, List.of());
    }
}
