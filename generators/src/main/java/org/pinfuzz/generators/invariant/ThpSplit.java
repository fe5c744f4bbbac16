// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.trace.PageFact;

/**
 * Pinned huge pages are not split, and pinned small pages are not put together to a huge one. Only mappings are split:
 * that changes no frame and no folio.
 */
final class ThpSplit extends Invariant {
    private static final int ORDER_BITS = 8;

    ThpSplit() {
        super(
                "THP-SPLIT",
                "A huge page is not split while one of its pages is pinned, and MADV_COLLAPSE leaves pinned pages where they"
                        + " are.",
                new KernelVersion(5, 6),
                "can_split_folio in split_huge_page_to_list_to_order, mm/huge_memory.c: -EAGAIN where there are more references"
                        + " than mappings explain; is_refcount_suitable, mm/khugepaged.c. The split of a mapping (PMD to PTEs)"
                        + " is allowed.");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        if (moment.isOf(Operations.MADV_COLLAPSE)) {
            moment.divergences().forEach(divergence -> report.violation(this, promisedFrom(), moment, divergence));
            if (moment.divergences().isEmpty() && !moment.model().livePins().isEmpty()) {
                report.pass(this);
            }
        } else if (moment.isOf(Operations.SPLIT)) {
            for (Pin pin : moment.model().livePins()) {
                pin.held().forEach(page -> checkOrder(moment, report, pin, page));
            }
        }
    }

    /** The step's values are frames and the orders of their folios before it. */
    private void checkOrder(Moment moment, Report report, Pin pin, PinnedPage page) {
        for (long value : moment.values()) {
            int before = (int) value & ((1 << ORDER_BITS) - 1);
            if (page.pfn() == 0 || value >>> ORDER_BITS != page.pfn() || before == 0) {
                continue;
            }
            moment.page(page.pfn()).filter(fact -> !fact.is(PageFact.Flag.ZERO)).ifPresent(fact -> {
                if (fact.order() >= before) {
                    report.pass(this);
                } else if (report.first(this, page)) {
                    report.violation(
                            this,
                            promisedFrom(),
                            moment,
                            pin,
                            page.kind(),
                            "the folio of order " + before + " in which k" + pin.number() + " has pinned frame "
                                    + Long.toHexString(page.pfn()) + " is not split",
                            fact.describe());
                }
            });
        }
    }
}
