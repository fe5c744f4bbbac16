// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.model.Place;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.trace.MappingFact;

/** At fork the parent keeps what is pinned, and the child gets a copy. */
final class ForkParentKeeps extends Invariant {
    /** From here on fork copies pinned pages of the pool of huge pages, too (commit 4eae4efa2c29). */
    static final KernelVersion HUGETLB = new KernelVersion(5, 12);

    ForkParentKeeps() {
        super(
                "FORK-PARENT-KEEPS",
                "At fork the parent keeps its pinned private pages and the child gets copies.",
                new KernelVersion(5, 9),
                "copy_present_page and page_needs_cow_for_dma, mm/memory.c (commits 008cfe4418b3, 70e806e4e645);"
                        + " hugetlb from 5.12: copy_hugetlb_page_range, mm/hugetlb.c");
    }

    private KernelVersion promisedFor(PinnedPage page) {
        return page.cell().filter(Cell::huge).isPresent() ? HUGETLB : promisedFrom();
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        if (!moment.operation().equals("fork")) {
            return;
        }
        for (Divergence divergence : moment.divergences()) {
            if (!LongTermStay.concerns(divergence)) {
                report.violation(this, promisedFor(divergence.page()), moment, divergence);
                divergence.page().cell().ifPresent(report::taint);
            }
        }
        int child = moment.step()
                .flatMap(step -> step.created())
                .filter(handle -> handle.kind() == HandleKind.TASK)
                .orElseThrow()
                .number();
        int parent = moment.model().task(moment.step().orElseThrow().task()).memory();
        for (Pin pin : moment.model().livePins()) {
            for (PinnedPage page : pin.held()) {
                page.place()
                        .filter(place -> place.memory() == parent)
                        .ifPresent(place -> checkChild(moment, report, child, pin, page, place));
            }
        }
    }

    private void checkChild(Moment moment, Report report, int child, Pin pin, PinnedPage page, Place place) {
        boolean judged = page.kind().owned()
                && !page.diverged()
                && page.pfn() != 0
                && page.cell().map(cell -> !moment.isTainted(cell)).orElse(false);
        Optional<MappingFact> fact = moment.mappings().stream()
                .filter(mapping -> mapping.task() == child
                        && mapping.region() == place.region()
                        && mapping.page() == place.page()
                        && mapping.present())
                .findFirst();
        if (!judged || fact.isEmpty()) {
            return;
        }
        if (fact.get().pfn() == page.pfn()) {
            report.violation(
                    this,
                    promisedFor(page),
                    moment,
                    pin,
                    page.kind(),
                    "t" + child + " " + place + " maps a copy",
                    "it maps frame " + Long.toHexString(page.pfn()) + ", which k" + pin.number()
                            + " of the parent has pinned");
            page.cell().ifPresent(report::taint);
        } else {
            report.pass(this);
        }
    }
}
