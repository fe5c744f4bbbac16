// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.trace.PageFact;

/** No page that is pinned for long lies in memory that must be movable. One subclass for each kind of such memory. */
abstract class LongTermPlace extends Invariant {
    LongTermPlace(String id, String statement, KernelVersion promisedFrom, String source) {
        super(id, statement, promisedFrom, source);
    }

    /** Whether a frame lies where no page may be pinned for long. */
    abstract boolean forbidden(PageFact fact);

    /** The place, for people: "page of ZONE_MOVABLE". */
    abstract String place();

    @Override
    protected final boolean tellsPageKindsApart() {
        return false;
    }

    @Override
    protected final void afterStep(Moment moment, Report report) {
        moment.newPin().ifPresent(pin -> check(moment, report, pin));
    }

    /** Looks at a pin if it is for long. */
    final void check(Moment moment, Report report, Pin pin) {
        if (pin.mode().longTerm()) {
            pin.held().forEach(page -> check(moment, report, pin, page));
        }
    }

    private void check(Moment moment, Report report, Pin pin, PinnedPage page) {
        moment.page(page.pfn()).filter(fact -> !fact.is(PageFact.Flag.ZERO)).ifPresent(fact -> {
            if (!forbidden(fact)) {
                report.pass(this);
            } else if (report.first(this, page)) {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        pin,
                        page.kind(),
                        "k" + pin.number() + " (" + pin.mode().text() + ") holds no " + place(),
                        fact.describe());
            }
        });
    }
}
