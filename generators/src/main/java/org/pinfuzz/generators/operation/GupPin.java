// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

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
 * A long-term pin by the kernel's own test of pins (PIN_LONGTERM_TEST_START, mm/gup_test.c, 6.2), which has one at a time in
 * the whole system. All pages or none; answers how many.
 */
final class GupPin extends RangeOperation {
    private static final Parameter ACCESS = Parameter.choice("access", "write", "read");
    private static final Parameter PATH = Parameter.choice("path", "slow", "fast");

    GupPin() {
        super("gup_pin", 70, Parameters.NEW_PIN, ACCESS, PATH);
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
    public Watch watch() {
        return Watch.PINS;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.GUP_TEST);
    }

    @Override
    public int weight() {
        return 16;
    }

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
                                draw.random().nextInt(2))));
    }

    /** Huge pages of the pool would be pinned with all their small pages. */
    @Override
    public boolean skipped(Model model, Step step) {
        return model.hugetlb(region(step))
                || model.livePins().stream().anyMatch(pin -> pin.mode().by() == PinMode.By.GUP_TEST);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        PinMode mode = new PinMode(PinMode.By.GUP_TEST, step.get(ACCESS) == 0, true);
        int possible = PinnedRange.accessible(model, step, mode.write());
        boolean all = possible == pages(step);
        boolean offDisk = PinnedRange.offDisk(model, step, mode.write()) == possible;
        long result = observed.map(StepTrace::result).orElse(all && offDisk ? possible : Errno.EFAULT.negated());
        PinnedRange.pin(model, step, mode, possible, all ? result : 0, observed);
        Results refusals = all
                ? new Results(false, false, List.of(Errno.ENOMEM, Errno.EBUSY, Errno.EAGAIN, Errno.EINTR, Errno.EFAULT))
                : new Results(false, false, List.of(Errno.EFAULT, Errno.ENOMEM));
        return new Expectation(
                (all && result == possible) || refusals.allows(result),
                (all ? possible + " pages, " : "") + refusals.text(),
                List.of());
    }
}
