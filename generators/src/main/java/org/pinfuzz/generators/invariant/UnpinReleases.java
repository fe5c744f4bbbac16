// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.trace.PageFact;

/** What nobody has pinned any more looks unpinned. */
final class UnpinReleases extends Invariant {
    UnpinReleases() {
        super(
                "UNPIN-RELEASES",
                "A page whose last pin is gone no longer counts as maybe pinned: it can be migrated, copied and freed again.",
                new KernelVersion(5, 7),
                "gup_put_folio, mm/gup.c; Documentation/core-api/pin_user_pages.rst. That a memory once pinned something stays"
                        + " known (MMF_HAS_PINNED), and io_uring gives its pages back late: both are legal.");
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
        for (Pin ended : moment.model().pins()) {
            if (!ended.mode().by().pins() || ended.mode().by() == PinMode.By.IO_URING) {
                continue;
            }
            for (PinnedPage page : ended.pages()) {
                if (!ended.live() || page.released()) {
                    check(moment, report, ended, page);
                }
            }
        }
    }

    private void check(Moment moment, Report report, Pin ended, PinnedPage page) {
        Optional<PageFact> fact =
                moment.page(page.pfn()).filter(seen -> seen.refs() > 0 && !seen.is(PageFact.Flag.ZERO));
        if (page.pfn() == 0 || fact.isEmpty() || perhapsPinned(moment, fact.get())) {
            return;
        }
        if (!fact.get().is(PageFact.Flag.MAYBE_PINNED)) {
            report.pass(this);
        } else if (report.first(this, page)) {
            report.violation(
                    this,
                    promisedFrom(),
                    moment,
                    ended,
                    page.kind(),
                    "the frame that k" + ended.number() + " had pinned does not count as maybe pinned",
                    fact.get().describe());
        }
    }

    /** Whether some pin may hold a page of the folio, or io_uring may not have given it back yet. */
    private static boolean perhapsPinned(Moment moment, PageFact fact) {
        return moment.model().pins().stream()
                .filter(pin ->
                        pin.mode().by().pins() && (pin.live() || pin.mode().by() == PinMode.By.IO_URING))
                .flatMap(pin -> pin.held().stream())
                .anyMatch(page -> page.pfn() == 0 || page.pfn() >> fact.order() == fact.pfn() >> fact.order());
    }
}
