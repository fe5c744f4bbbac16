// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.trace.PageFact;

/**
 * No page that is pinned for long lies in a CMA area. It is judged at the moment of the pin: whoever isolates a pageblock
 * later changes what its migratetype says, and not what it is.
 */
final class LongTermCma extends LongTermPlace {
    LongTermCma() {
        super(
                "LT-CMA",
                "After a successful long-term pin no pinned page lies in a MIGRATE_CMA pageblock.",
                new KernelVersion(5, 13),
                "check_and_migrate_movable_pages and folio_is_longterm_pinnable, include/linux/mm.h; before 5.13"
                        + " check_and_migrate_cma_pages, mm/gup.c, which loses errors of the migration");
    }

    @Override
    boolean forbidden(PageFact fact) {
        return fact.migratetype() == PageFact.MIGRATETYPE_CMA;
    }

    @Override
    String place() {
        return "page of a CMA area";
    }
}
