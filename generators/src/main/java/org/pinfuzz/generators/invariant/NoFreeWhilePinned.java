// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.PageKind;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;

/** A pinned frame is nobody else's. */
final class NoFreeWhilePinned extends Invariant {
    NoFreeWhilePinned() {
        super(
                "NO-FREE-WHILE-PINNED",
                "A pinned page keeps its frame until it is unpinned: it is referenced, and no other memory gets the frame.",
                new KernelVersion(5, 6),
                "try_grab_page, mm/gup.c: a pin is references; Documentation/core-api/pin_user_pages.rst");
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
        for (Pin pin : moment.model().livePins()) {
            for (PinnedPage page : pin.held()) {
                Optional<PageFact> fact = moment.page(page.pfn());
                if (fact.isEmpty() || fact.get().is(PageFact.Flag.ZERO)) {
                    continue;
                }
                if (fact.get().refs() == 0) {
                    report.violation(
                            this,
                            promisedFrom(),
                            moment,
                            pin,
                            page.kind(),
                            "the frame that k" + pin.number() + " has pinned is referenced",
                            fact.get().describe());
                } else {
                    if (fact.get().refs() > 0) {
                        report.pass(this);
                    }
                    // A merged page is everybody's whose page held the same; KSM judges whether it may be pinned.
                    if (!fact.get().is(PageFact.Flag.KSM)) {
                        checkMappings(moment, report, pin, page);
                    }
                }
            }
        }
    }

    private void checkMappings(Moment moment, Report report, Pin pin, PinnedPage page) {
        // Read pins of zero and file pages share their frame with whoever maps the same.
        if (!page.kind().owned() && page.kind() != PageKind.SHARED) {
            return;
        }
        Cell pinned = page.cell().orElseThrow();
        for (MappingFact mapping : moment.mappings()) {
            Optional<Page> mapped = moment.model().page(mapping.task(), mapping.region(), mapping.page());
            if (mapping.pfn() != page.pfn()
                    || mapped.isEmpty()
                    || mapped.get().uncertain()
                    || moment.isTainted(pinned)) {
                continue;
            }
            boolean same = mapped.get().cell().map(cell -> cell.related(pinned)).orElse(false);
            if (!same) {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        pin,
                        page.kind(),
                        "frame " + Long.toHexString(page.pfn()) + " belongs to k" + pin.number() + " alone",
                        "t" + mapping.task() + " r" + mapping.region() + " page " + mapping.page() + " maps it");
                report.taint(pinned);
            }
        }
    }
}
