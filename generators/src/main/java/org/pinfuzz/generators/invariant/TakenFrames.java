// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.operation.Operation;

/**
 * Frames that somebody asks to have empty are not given away while one of them is pinned. The step's values are the first
 * of the frames and how many they are; a reference keeps its page in its frame as a pin does.
 */
abstract class TakenFrames extends Invariant {
    TakenFrames(String id, String statement, KernelVersion promisedFrom, String source) {
        super(id, statement, promisedFrom, source);
    }

    @Override
    protected final boolean tellsPageKindsApart() {
        return false;
    }

    /** No attempt moves what is pinned, whether it succeeds or not. */
    final void moved(Moment moment, Report report) {
        for (Divergence divergence : moment.divergences()) {
            if (report.first(this, divergence.page())) {
                report.violation(this, promisedFrom(), moment, divergence);
            }
        }
    }

    /** Looks at the pinned pages among the frames of a step. */
    final void check(Moment moment, Report report, Operation operation, String expected) {
        if (!moment.isOf(operation)) {
            return;
        }
        moved(moment, report);
        if (moment.values().size() != 2) {
            return;
        }
        long first = moment.values().get(0);
        long frames = moment.values().get(1);
        for (Pin pin : moment.model().livePins()) {
            for (PinnedPage page : pin.held()) {
                if (page.pfn() < first || page.pfn() >= first + frames) {
                    continue;
                }
                if (!moment.seenResult().equals("0")) {
                    report.pass(this);
                } else if (report.first(this, page)) {
                    report.violation(
                            this,
                            promisedFrom(),
                            moment,
                            pin,
                            page.kind(),
                            expected,
                            "it was done, although k" + pin.number() + " has pinned frame "
                                    + Long.toHexString(page.pfn()));
                    page.cell().ifPresent(report::taint);
                }
            }
        }
    }
}
