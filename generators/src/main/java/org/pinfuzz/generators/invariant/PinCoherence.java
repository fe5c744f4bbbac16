// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.PageKind;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.operation.Mismatch;

/** Device and owner see the same bytes. One subclass for pins that may write, one for those that may only read. */
abstract class PinCoherence extends Invariant {
    private final boolean write;

    PinCoherence(String id, String statement, KernelVersion promisedFrom, String source, boolean write) {
        super(id, statement, promisedFrom, source);
        this.write = write;
    }

    /** The version from which coherence is promised for this page of this pin. */
    abstract KernelVersion promisedFor(PinnedPage page);

    @Override
    protected final void afterStep(Moment moment, Report report) {
        check(moment, report);
        if (moment.mismatches().isEmpty()
                && moment.devicePin().filter(this::judges).isPresent()) {
            report.pass(this);
        }
    }

    @Override
    protected final void atEnd(Moment moment, Report report) {
        check(moment, report);
        if (moment.mismatches().isEmpty() && moment.model().livePins().stream().anyMatch(this::judges)) {
            report.pass(this);
        }
    }

    private boolean judges(Pin pin) {
        return pin.mode().write() == write && pin.held().stream().anyMatch(page -> page.coherent() && !page.diverged());
    }

    private void check(Moment moment, Report report) {
        for (Divergence divergence : moment.divergences()) {
            if (divergence.pin().mode().write() == write
                    && !LongTermStay.concerns(divergence)
                    && !SafeMappingCall.concerns(moment, divergence)
                    && !moment.operation().equals("fork")) {
                report.violation(this, promisedFor(divergence.page()), moment, divergence);
                if (write) {
                    divergence.page().cell().ifPresent(report::taint);
                }
            }
        }
        for (Mismatch mismatch : moment.mismatches()) {
            if (MismatchCause.of(mismatch) == MismatchCause.PIN_NOT_COHERENT
                    && MismatchCause.pin(mismatch).mode().write() == write
                    && mismatch.expectedCell()
                            .map(cell -> !moment.isTainted(cell))
                            .orElse(true)) {
                Pin pin = MismatchCause.pin(mismatch);
                PinnedPage page = MismatchCause.pinnedPage(mismatch);
                report.violation(
                        this,
                        promisedFor(page),
                        moment,
                        pin,
                        page.kind(),
                        mismatch.reader() + " reads " + mismatch.accepted(),
                        org.pinfuzz.generators.model.Tokens.text(mismatch.observed()));
                if (write) {
                    mismatch.expectedCell().ifPresent(report::taint);
                } else {
                    // Only the device is behind; what tasks read stays determined.
                    page.markDiverged();
                }
            }
        }
    }

    /** Coherence through a writable pin. */
    static final class Write extends PinCoherence {
        private static final KernelVersion FIRST = new KernelVersion(5, 9);
        private static final KernelVersion EXCLUSIVE = new KernelVersion(5, 19);

        Write() {
            super(
                    "PIN-COHERENT-W",
                    "While a page is pinned for writing, device and owner see the same bytes: no copy on write.",
                    FIRST,
                    "do_wp_page, mm/memory.c; fork from 5.9 (commits 008cfe4418b3, 70e806e4e645), mprotect and all others"
                            + " from 5.19 (PG_anon_exclusive, commit 6c287605fd56)",
                    true);
        }

        @Override
        KernelVersion promisedFor(PinnedPage page) {
            if (page.protectionChanged() || page.pagedOut()) {
                return EXCLUSIVE;
            }
            return page.cell().filter(Cell::huge).isPresent() ? ForkParentKeeps.HUGETLB : FIRST;
        }
    }

    /** Coherence through a pin that may only read. */
    static final class Read extends PinCoherence {
        private static final KernelVersion FIRST = new KernelVersion(5, 6);
        private static final KernelVersion EXCLUSIVE = new KernelVersion(5, 19);
        private static final KernelVersion UNSHARE_ALL = new KernelVersion(6, 2);

        Read() {
            super(
                    "PIN-COHERENT-R",
                    "While a page is pinned for reading, the device sees what the owner writes.",
                    EXCLUSIVE,
                    "gup_must_unshare, mm/internal.h: anonymous pages from 5.19 (commit a7f226604170), zero and file pages"
                            + " of private mappings only for long-term pins and from 6.2 (commits 8d6a0ac09a16, 84209e87c696)",
                    false);
        }

        @Override
        KernelVersion promisedFor(PinnedPage page) {
            if (page.kind() == PageKind.SHARED) {
                return FIRST;
            }
            return page.kind().owned() ? EXCLUSIVE : UNSHARE_ALL;
        }
    }
}
