// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.trace.PageFact;

/** A fast pin that finds what fork left does not take a page that the other side still maps. */
final class FastPinAfterFork extends Invariant {
    private static final KernelVersion WRITE = new KernelVersion(5, 11);
    private static final KernelVersion READ = new KernelVersion(5, 19);

    FastPinAfterFork() {
        super(
                "FORK-FAST-GUP",
                "A pin by the fast path holds no anonymous page that another memory maps.",
                WRITE,
                "gup_fast_pte_range, mm/gup.c: a write pin needs a writable entry, and fork's sequence count starts it over"
                        + " (commit 57efa1fe5957); read pins unshare from 5.19 (commit a7f226604170); small pages only");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        boolean fast = moment.step()
                .map(step -> step.argumentText().contains("path=fast"))
                .orElse(false);
        if (fast) {
            moment.newPin().ifPresent(pin -> pin.held().forEach(page -> check(moment, report, pin, page)));
        }
    }

    private void check(Moment moment, Report report, Pin pin, PinnedPage page) {
        boolean promisedToRead = pin.mode().longTerm() || page.kind().owned();
        moment.page(page.pfn())
                .filter(fact -> fact.is(PageFact.Flag.ANON)
                        && !fact.is(PageFact.Flag.KSM)
                        && fact.order() == 0
                        && promisedToRead
                        && moment.maps(page))
                .ifPresent(fact -> {
                    if (fact.maps() <= 1) {
                        report.pass(this);
                    } else {
                        report.violation(
                                this,
                                pin.mode().write() ? WRITE : READ,
                                moment,
                                pin,
                                page.kind(),
                                "the frame that k" + pin.number() + " has pinned is mapped once",
                                fact.describe());
                    }
                });
    }
}
