// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.trace.PageFact;

/** The kernel itself never takes a pinned page for an unpinned one. */
final class MaybeDmaPinned extends Invariant {
    MaybeDmaPinned() {
        super(
                "MAYBE-DMA-PINNED",
                "A pinned page is one that folio_maybe_dma_pinned says yes to.",
                new KernelVersion(5, 7),
                "folio_maybe_dma_pinned, include/linux/mm.h: false positives are fine, false negatives are not;"
                        + " the zero page is exempt from 6.5");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        for (Pin pin : moment.model().livePins()) {
            if (!pin.mode().by().pins()) {
                continue;
            }
            for (PinnedPage page : pin.held()) {
                moment.page(page.pfn())
                        .filter(fact -> fact.refs() > 0 && !fact.is(PageFact.Flag.ZERO))
                        .ifPresent(fact -> {
                            if (fact.is(PageFact.Flag.MAYBE_PINNED)) {
                                report.pass(this);
                            } else if (report.first(this, page)) {
                                report.violation(
                                        this,
                                        promisedFrom(),
                                        moment,
                                        pin,
                                        page.kind(),
                                        "the frame that k" + pin.number() + " has pinned counts as maybe pinned",
                                        fact.describe());
                            }
                        });
            }
        }
    }
}
