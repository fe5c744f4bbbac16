// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.trace.PageFact;

/** The kernel counts pins: exactly for large folios, among the references for small ones. */
final class PinCount extends Invariant {
    PinCount() {
        super(
                "PINCOUNT-EXACT",
                "A large folio counts its pins exactly; a small one has at least 1024 references for each.",
                new KernelVersion(5, 7),
                "try_grab_folio and gup_put_folio, mm/gup.c; GUP_PIN_COUNTING_BIAS, include/linux/mm.h;"
                        + " Documentation/core-api/pin_user_pages.rst. More references than pins explain are legal.");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        if (moment.surprising()) {
            return;
        }
        check(moment, report);
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        check(moment, report);
    }

    private void check(Moment moment, Report report) {
        for (PageFact fact : moment.pages()) {
            if (fact.pins() < 0 || fact.refs() <= 0 || fact.is(PageFact.Flag.ZERO)) {
                continue;
            }
            long known = moment.model().livePins().stream()
                    .filter(pin -> counts(pin) && !late(pin))
                    .flatMap(pin -> pin.held().stream())
                    .filter(page -> page.pfn() != 0 && sameFolio(page, fact))
                    .count();
            if (known == 0) {
                continue;
            }
            boolean exact = fact.order() > 0 && !otherPins(moment, fact);
            if (fact.pins() < known || (exact && fact.pins() > known)) {
                tell(moment, report, fact, known);
            } else {
                report.pass(this);
            }
        }
    }

    private static boolean counts(Pin pin) {
        return pin.mode().by().pins();
    }

    /** Buffers of io_uring come and go late, and count a large folio once. */
    private static boolean late(Pin pin) {
        return pin.mode().by() == PinMode.By.IO_URING;
    }

    private static boolean sameFolio(PinnedPage page, PageFact fact) {
        return page.pfn() >> fact.order() == fact.pfn() >> fact.order();
    }

    /** Whether pins may count in the folio that are not known to: of io_uring, or with frames that nobody saw. */
    private static boolean otherPins(Moment moment, PageFact fact) {
        return moment.model().pins().stream()
                .filter(pin -> counts(pin) && (pin.live() || late(pin)))
                .anyMatch(pin ->
                        pin.held().stream().anyMatch(page -> page.pfn() == 0 || (late(pin) && sameFolio(page, fact))));
    }

    private void tell(Moment moment, Report report, PageFact fact, long known) {
        if (report.first(this)) {
            report.violation(
                    this,
                    moment,
                    (fact.order() > 0 ? "exactly " : "at least ") + known + " pins are counted in the folio of frame "
                            + Long.toHexString(fact.pfn()),
                    fact.describe());
        }
    }
}
