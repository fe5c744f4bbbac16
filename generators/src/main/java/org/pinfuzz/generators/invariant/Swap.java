// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.program.Handle;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.trace.PageFact;

/** Reclaim gives a pinned anonymous page no place in the swap device. */
final class Swap extends Invariant {
    Swap() {
        super(
                "SWAP",
                "A pinned anonymous page is not put into the swap cache.",
                new KernelVersion(5, 11),
                "page_maybe_dma_pinned in shrink_page_list, mm/vmscan.c (commit feb889fb40fa; 5.10.y has it), now"
                        + " folio_maybe_dma_pinned in shrink_folio_list. A page that came back from swap may still be there when"
                        + " it is pinned, and is not judged; nor are plain references, which the check does not see.");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
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
        int made = moment.step()
                .flatMap(step -> step.created())
                .filter(handle -> handle.kind() == HandleKind.PIN)
                .map(Handle::number)
                .orElse(-1);
        for (Pin pin : moment.model().livePins()) {
            if (pin.mode().by().pins()) {
                pin.held().forEach(page -> check(moment, report, pin, page, pin.number() == made));
            }
        }
    }

    private void check(Moment moment, Report report, Pin pin, PinnedPage page, boolean isNew) {
        boolean cached = moment.page(page.pfn())
                .map(fact -> fact.is(PageFact.Flag.ANON) && fact.is(PageFact.Flag.SWAPCACHE))
                // What nobody looked at when it was pinned may have been there then.
                .orElse(isNew);
        if (!cached) {
            if (!isNew) {
                report.pass(this);
            }
        } else if (report.first(this, page) && !isNew) {
            report.violation(
                    this,
                    promisedFrom(),
                    moment,
                    pin,
                    page.kind(),
                    "the frame that k" + pin.number() + " has pinned has no place in swap",
                    moment.page(page.pfn()).orElseThrow().describe());
        }
    }
}
