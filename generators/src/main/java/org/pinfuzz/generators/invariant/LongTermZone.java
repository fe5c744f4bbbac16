// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.trace.PageFact;

/** No page that is pinned for long lies in ZONE_MOVABLE. */
final class LongTermZone extends Invariant {
    LongTermZone() {
        super(
                "LT-ZONE",
                "After a successful long-term pin no pinned page lies in ZONE_MOVABLE.",
                new KernelVersion(5, 13),
                "check_and_migrate_movable_pages, mm/gup.c; commit d1e153fea2a8; Documentation/core-api/pin_user_pages.rst."
                        + " The zero page is the kernel image's and exempt.");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        check(moment, report);
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        check(moment, report);
    }

    private void check(Moment moment, Report report) {
        for (Pin pin : moment.model().livePins()) {
            if (pin.mode().longTerm() && concerns(moment, pin)) {
                pin.pages().forEach(page -> check(moment, report, pin, page));
            }
        }
    }

    /** A frame's zone does not change while it is online, so the moment of the pin and the end are enough. */
    private static boolean concerns(Moment moment, Pin pin) {
        return moment.step()
                .map(step -> step.created().isPresent()
                        && step.created().get().kind() == org.pinfuzz.generators.program.HandleKind.PIN
                        && step.created().get().number() == pin.number())
                .orElse(true);
    }

    private void check(Moment moment, Report report, Pin pin, PinnedPage page) {
        moment.page(page.pfn()).filter(fact -> !fact.is(PageFact.Flag.ZERO)).ifPresent(fact -> {
            if (fact.zone() != PageFact.ZONE_MOVABLE) {
                report.pass(this);
            } else if (report.first(this, page)) {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        pin,
                        page.kind(),
                        "k" + pin.number() + " (" + pin.mode().text() + ") holds no page of ZONE_MOVABLE",
                        fact.describe());
            }
        });
    }
}
