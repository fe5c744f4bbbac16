// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.trace.PageFact;

/** Memory with a pinned page stays in use: its block does not go offline, and its frame is not poisoned softly. */
final class Offline extends TakenFrames {
    Offline() {
        super(
                "OFFLINE",
                "A memory block does not go offline while one of its pages is pinned, a pinned page is not soft-offlined, and"
                        + " neither attempt moves it.",
                new KernelVersion(5, 6),
                "offline_pages, mm/memory_hotplug.c: it tries until test_pages_isolated finds nothing left, or until a signal,"
                        + " so that -EINTR is a refusal; soft_offline_in_use_page, mm/memory-failure.c: -EBUSY or -EIO where a"
                        + " page cannot be migrated");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        check(moment, report, Operations.MEMORY_OFFLINE, "the block stays online");
        if (moment.isOf(Operations.SOFT_OFFLINE)) {
            moved(moment, report);
        }
        for (Pin pin : moment.model().livePins()) {
            pin.held().forEach(page -> checkPoison(moment, report, pin, page));
        }
    }

    private void checkPoison(Moment moment, Report report, Pin pin, PinnedPage page) {
        moment.page(page.pfn()).ifPresent(fact -> {
            if (!fact.is(PageFact.Flag.POISONED)) {
                if (moment.isOf(Operations.SOFT_OFFLINE)) {
                    report.pass(this);
                }
            } else if (report.first(this, page)) {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        pin,
                        page.kind(),
                        "the frame that k" + pin.number() + " has pinned stays in use",
                        fact.describe());
            }
        });
    }
}
