// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.operation.Mismatch;

/** References never show what the other side of a fork wrote later. */
final class NoLeak extends Invariant {
    private static final KernelVersion FIRST = new KernelVersion(5, 9);
    /** Large folios are told from small ones when their sharing is: with the exclusive mark. */
    private static final KernelVersion LARGE = new KernelVersion(5, 19);
    /** Huge pages of the pool are written in place as long as one memory maps them, whoever else refers to them. */
    private static final KernelVersion NEVER = new KernelVersion(999, 0);

    NoLeak() {
        super(
                "NO-LEAK",
                "What one side of a fork refers to (vmsplice) never shows what the other side writes later.",
                FIRST,
                "do_wp_page and wp_can_reuse_anon_folio, mm/memory.c (CVE-2020-29374; commit 09854ba94c6a); huge pages from"
                        + " 5.19; hugetlb_wp, mm/hugetlb.c, promises it for no version");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        moment.devicePin().ifPresent(pin -> check(moment, report, pin));
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        moment.model().livePins().forEach(pin -> check(moment, report, pin));
    }

    private void check(Moment moment, Report report, Pin pin) {
        if (pin.mode().by() != PinMode.By.VMSPLICE) {
            return;
        }
        for (PinnedPage page : pin.held()) {
            if (!page.kind().owned()) {
                continue;
            }
            Optional<Mismatch> leak = moment.mismatches().stream()
                    .filter(mismatch -> mismatch.pinned() == page)
                    .findFirst();
            if (leak.isEmpty()) {
                report.pass(this);
            } else if (!leak.get().expectedCell().map(moment::isTainted).orElse(false)) {
                report.violation(
                        this,
                        promisedFor(moment, pin, page),
                        moment,
                        pin,
                        page.kind(),
                        leak.get().reader() + " reads nothing that was written on the other side of a fork",
                        Tokens.text(leak.get().observed()));
            }
        }
    }

    private static KernelVersion promisedFor(Moment moment, Pin pin, PinnedPage page) {
        if (moment.model().hugetlb(pin.region())) {
            return NEVER;
        }
        return moment.page(page.pfn()).filter(fact -> fact.order() > 0).isPresent() ? LARGE : FIRST;
    }
}
