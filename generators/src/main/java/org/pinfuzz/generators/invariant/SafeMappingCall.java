// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.MappingFact;

/** Calls that change mappings and leave pages alone. One subclass for each. */
abstract class SafeMappingCall extends Invariant {
    private final String operation;

    SafeMappingCall(String id, String statement, KernelVersion promisedFrom, String source, String operation) {
        super(id, statement, promisedFrom, source);
        this.operation = operation;
    }

    /**
     * Whether a divergence that is seen right after the operation is one of these invariants'. Locked memory that becomes
     * writable is written to at once (mprotect_fixup), which is a copy on write like any other.
     */
    static boolean concerns(Moment moment, Divergence divergence) {
        boolean locked = divergence
                .page()
                .place()
                .flatMap(moment::pageAt)
                .filter(page -> page.locked() || page.perhapsLocked())
                .isPresent();
        return (moment.operation().equals("mprotect") && !locked)
                || moment.operation().equals("mremap");
    }

    @Override
    protected final void afterStep(Moment moment, Report report) {
        if (!moment.operation().equals(operation)) {
            return;
        }
        for (Divergence divergence : moment.divergences()) {
            if (concerns(moment, divergence)) {
                report.violation(this, promisedFrom(), moment, divergence);
                divergence.page().cell().ifPresent(report::taint);
            }
        }
        checkMore(moment, report);
        moment.model().livePins().stream()
                .flatMap(pin -> pin.held().stream())
                .filter(page -> page.coherent() && moment.maps(page))
                .forEach(page -> report.pass(this));
    }

    /** What else is promised. */
    void checkMore(Moment moment, Report report) {}

    /** mprotect changes rights and nothing else. */
    static final class Mprotect extends SafeMappingCall {
        Mprotect() {
            super(
                    "MPROTECT-SAFE",
                    "mprotect leaves each pinned page where it is mapped.",
                    new KernelVersion(5, 6),
                    "change_pte_range, mm/mprotect.c; mprotect(2). That a write after it copies the page is PIN-COHERENT's.",
                    "mprotect");
        }
    }

    /** mremap moves pages with their frames. */
    static final class Mremap extends SafeMappingCall {
        Mremap() {
            super(
                    "MREMAP-SAFE",
                    "mremap moves a pinned page with its frame, and leaves nothing of private memory behind.",
                    new KernelVersion(5, 7),
                    "move_page_tables, mm/mremap.c; mremap(2), MREMAP_DONTUNMAP",
                    "mremap");
        }

        @Override
        void checkMore(Moment moment, Report report) {
            Step step = moment.step().orElseThrow();
            boolean moved = moment.seenResult().equals("0");
            for (MappingFact mapping : moment.mappings()) {
                boolean source = mapping.task() == step.task()
                        && mapping.region() == step.arguments().get(0);
                Optional<Page> page = moment.model().page(mapping.task(), mapping.region(), mapping.page());
                boolean left = moved
                        && source
                        && mapping.present()
                        && page.filter(there -> !there.shared() && !there.owned())
                                .isPresent()
                        && inRange(step, mapping.page());
                if (left) {
                    report.violation(
                            this,
                            moment,
                            "nothing is left at r" + mapping.region() + " page " + mapping.page(),
                            "it maps frame " + Long.toHexString(mapping.pfn()));
                    return;
                }
            }
        }

        private static boolean inRange(Step step, int page) {
            int first = step.arguments().get(1);
            return page >= first && page < first + step.arguments().get(2);
        }
    }
}
