// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.operation.Mismatch;

/** What is pinned outlives its mapping. */
final class UnmappedPin extends Invariant {
    UnmappedPin() {
        super(
                "MUNMAP-PIN",
                "A pinned page keeps what it holds when its mapping, or the whole memory, is gone.",
                new KernelVersion(5, 6),
                "try_grab_folio, mm/gup.c: a pin is references; Documentation/core-api/pin_user_pages.rst");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    /** Whether a device reads wrongly through a page whose mapping is gone. */
    static boolean concerns(Mismatch mismatch) {
        return Optional.ofNullable(mismatch.pinned())
                .filter(PinnedPage::unmapped)
                .isPresent();
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        moment.devicePin().ifPresent(pin -> check(moment, report, pin));
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        moment.model().livePins().forEach(pin -> check(moment, report, pin));
    }

    private void check(Moment moment, Report report, Pin pin) {
        for (PinnedPage page : pin.held()) {
            if (!page.unmapped() || page.accepted().any()) {
                continue;
            }
            Optional<Mismatch> wrong = moment.mismatches().stream()
                    .filter(mismatch ->
                            mismatch.pinned() == page && MismatchCause.of(mismatch) == MismatchCause.UNMAPPED_PIN)
                    .findFirst();
            if (wrong.isEmpty()) {
                report.pass(this);
            } else if (!wrong.get().expectedCell().map(moment::isTainted).orElse(false)) {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        pin,
                        page.kind(),
                        wrong.get().reader() + " reads " + wrong.get().accepted(),
                        Tokens.text(wrong.get().observed()));
                wrong.get().expectedCell().ifPresent(report::taint);
            }
        }
    }
}
