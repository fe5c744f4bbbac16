// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.trace.MappingFact;

/** Locked memory stays in memory. */
final class Mlock extends Invariant {
    Mlock() {
        super(
                "MLOCK",
                "Locked memory is never swapped out.",
                new KernelVersion(5, 0),
                "mlock(2); Documentation/mm/unevictable-lru.rst; folio_referenced_one and try_to_unmap_one, mm/rmap.c. It may"
                        + " migrate, also to the memory of a device, and a device may have it to itself. Only what mlock had brought in is judged.");
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
        for (MappingFact mapping : moment.mappings()) {
            boolean resident = moment.model()
                    .page(mapping.task(), mapping.region(), mapping.page())
                    .filter(Page::resident)
                    .isPresent();
            if (!resident) {
                continue;
            }
            if (!mapping.swapped() || mapping.inDevice() || mapping.exclusive()) {
                report.pass(this);
            } else if (report.first(this)) {
                report.violation(
                        this,
                        moment,
                        "t" + mapping.task() + " r" + mapping.region() + " page " + mapping.page() + " is in memory",
                        "it is swapped out");
            }
        }
    }
}
