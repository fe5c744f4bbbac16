// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.PageKind;

/** What is pinned stays where it is. */
final class LongTermStay extends Invariant {
    private static final KernelVersion EXCLUSIVE = new KernelVersion(5, 19);

    LongTermStay() {
        super(
                "LT-STAY",
                "A pinned page stays in its frame: nothing migrates it or swaps it out while the pin is held.",
                new KernelVersion(5, 6),
                "folio_expected_refs, mm/migrate.c: a page with more references than mappings explain is not moved;"
                        + " Documentation/core-api/pin_user_pages.rst; against swapping out from 5.19:"
                        + " page_try_share_anon_rmap in try_to_unmap_one, mm/rmap.c (commit 6c287605fd56)");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    /** Whether a divergence is this invariant's: something moved pages, or the page cannot have been copied on write. */
    static boolean concerns(Divergence divergence) {
        return divergence.migrated()
                || divergence.swappedOut()
                || divergence.page().kind() == PageKind.SHARED;
    }

    /** Before 5.19 a page that was in the swap cache when it was pinned could still be unmapped. */
    private KernelVersion promisedFor(Divergence divergence) {
        return divergence.swappedOut() || divergence.page().pagedOut() ? EXCLUSIVE : promisedFrom();
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
        for (Divergence divergence : moment.divergences()) {
            if (concerns(divergence) && !SafeMappingCall.concerns(moment, divergence)) {
                report.violation(this, promisedFor(divergence), moment, divergence);
                divergence.page().cell().ifPresent(report::taint);
            }
        }
        if (moment.divergences().isEmpty()
                && moment.step()
                        .map(step -> org.pinfuzz.generators.operation.Operations.of(step)
                                .migrates(step))
                        .orElse(false)
                && !moment.model().livePins().isEmpty()) {
            report.pass(this);
        }
    }
}
