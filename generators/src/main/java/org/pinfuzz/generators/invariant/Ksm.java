// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.trace.PageFact;

/** What is pinned is not merged with its likes. */
final class Ksm extends Invariant {
    private static final KernelVersion UNSHARES = new KernelVersion(5, 19);

    Ksm() {
        super(
                "KSM",
                "A pinned page is never merged: no pin holds a page of KSM.",
                new KernelVersion(5, 6),
                "write_protect_page, mm/ksm.c: a page with more references than mappings explain is left alone. Pins for reading"
                        + " hold no merged page from 5.19 on (gup_must_unshare, mm/internal.h) and are not judged before: they"
                        + " may hold what was merged already.");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        if (moment.isOf(Operations.KSM_MERGE)) {
            for (Divergence divergence : moment.divergences()) {
                if (report.first(this, divergence.page())) {
                    report.violation(this, promisedFrom(), moment, divergence);
                }
            }
        }
        for (Pin pin : moment.model().livePins()) {
            if (pin.mode().by().pins() && (pin.mode().write() || moment.kernel().atLeast(UNSHARES))) {
                pin.held().forEach(page -> check(moment, report, pin, page));
            }
        }
    }

    private void check(Moment moment, Report report, Pin pin, PinnedPage page) {
        moment.page(page.pfn()).ifPresent(fact -> {
            if (!fact.is(PageFact.Flag.KSM)) {
                if (moment.isOf(Operations.KSM_MERGE)) {
                    report.pass(this);
                }
            } else if (report.first(this, page)) {
                report.violation(
                        this,
                        pin.mode().write() ? promisedFrom() : UNSHARES,
                        moment,
                        pin,
                        page.kind(),
                        "the frame that k" + pin.number() + " has pinned is no merged page",
                        fact.describe());
                page.cell().ifPresent(report::taint);
            }
        });
    }
}
