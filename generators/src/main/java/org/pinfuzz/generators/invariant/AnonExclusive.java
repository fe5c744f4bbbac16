// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;

/** The exclusive mark of anonymous pages (PG_anon_exclusive), which pins stand on: one subclass for each promise about it. */
abstract class AnonExclusive extends Invariant {
    private static final KernelVersion EXCLUSIVE = new KernelVersion(5, 19);

    AnonExclusive(String id, String statement, String source) {
        super(id, statement, EXCLUSIVE, source);
    }

    /** Kernels before the mark never show it, and only the module sees it. */
    static boolean tells(Moment moment, PageFact fact) {
        return moment.kernel().atLeast(EXCLUSIVE)
                && fact.is(PageFact.Flag.ANON)
                && !fact.is(PageFact.Flag.KSM)
                && fact.refs() > 0;
    }

    /** A page is exclusive at the moment in which it is pinned. */
    static final class Pinned extends AnonExclusive {
        Pinned() {
            super(
                    "PAE-PIN",
                    "An anonymous page that is pinned through a mapping is exclusive to it at that moment.",
                    "gup_must_unshare and sanity_check_pinned_pages, mm/gup.c (commits a7f226604170, b6a2619c60b4): the"
                            + " kernel's own check needs DEBUG_VM. Later the mark may stay on a page that nobody maps.");
        }

        @Override
        protected void afterStep(Moment moment, Report report) {
            moment.newPin()
                    .filter(pin -> pin.mode().by().pins())
                    .ifPresent(pin -> pin.held().forEach(page -> check(moment, report, pin, page)));
        }

        private void check(Moment moment, Report report, Pin pin, PinnedPage page) {
            Optional<PageFact> fact = moment.page(page.pfn()).filter(seen -> tells(moment, seen));
            // Whoever mapped it on another frame since is another invariant's.
            if (fact.isEmpty() || !moment.maps(page)) {
                return;
            }
            if (fact.get().is(PageFact.Flag.EXCLUSIVE)) {
                report.pass(this);
            } else {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        pin,
                        page.kind(),
                        "the frame that k" + pin.number() + " has pinned is exclusive",
                        fact.get().describe());
            }
        }
    }

    /** What two memories map is nobody's alone. */
    static final class Shared extends AnonExclusive {
        Shared() {
            super(
                    "PAE-SHARED",
                    "An anonymous page that is mapped more than once is not exclusive.",
                    "page_try_dup_anon_rmap, include/linux/rmap.h (commit 6c287605fd56); small pages only");
        }

        @Override
        protected void afterStep(Moment moment, Report report) {
            for (PageFact fact : moment.pages()) {
                if (!tells(moment, fact) || fact.order() > 0 || fact.is(PageFact.Flag.HUGETLB) || fact.maps() < 2) {
                    continue;
                }
                if (!fact.is(PageFact.Flag.EXCLUSIVE)) {
                    report.pass(this);
                } else if (report.first(this)) {
                    report.violation(
                            this, moment, "a page with " + fact.maps() + " mappings is not exclusive", fact.describe());
                }
            }
        }
    }

    /** What may be written without a fault is nobody else's. */
    static final class Writable extends AnonExclusive {
        Writable() {
            super(
                    "PAE-WRITABLE",
                    "An anonymous page that a page table maps writable is exclusive.",
                    "do_wp_page, can_change_pte_writable and do_swap_page, mm/memory.c and mm/mprotect.c (commit 6c287605fd56)");
        }

        @Override
        protected void afterStep(Moment moment, Report report) {
            for (MappingFact mapping : moment.mappings()) {
                Optional<PageFact> fact = moment.page(mapping.pfn()).filter(seen -> tells(moment, seen));
                if (!mapping.present() || !mapping.writable() || fact.isEmpty()) {
                    continue;
                }
                if (fact.get().is(PageFact.Flag.EXCLUSIVE)) {
                    report.pass(this);
                } else if (report.first(this)) {
                    report.violation(
                            this,
                            moment,
                            "t" + mapping.task() + " r" + mapping.region() + " page " + mapping.page()
                                    + ", which is writable, is exclusive",
                            fact.get().describe());
                }
            }
        }
    }
}
