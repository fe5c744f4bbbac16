// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.trace.PageFact;

/** No page that is pinned for long lies in ZONE_MOVABLE. */
final class LongTermZone extends LongTermPlace {
    LongTermZone() {
        super(
                "LT-ZONE",
                "After a successful long-term pin no pinned page lies in ZONE_MOVABLE.",
                new KernelVersion(5, 13),
                "check_and_migrate_movable_pages, mm/gup.c; commit d1e153fea2a8; Documentation/core-api/pin_user_pages.rst."
                        + " The zero page is the kernel image's and exempt.");
    }

    @Override
    boolean forbidden(PageFact fact) {
        return fact.zone() == PageFact.ZONE_MOVABLE;
    }

    @Override
    String place() {
        return "page of ZONE_MOVABLE";
    }

    /** A frame's zone does not change while it is online, so the moment of the pin and the end are enough. */
    @Override
    protected void atEnd(Moment moment, Report report) {
        moment.model().livePins().forEach(pin -> check(moment, report, pin));
    }
}
