// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Certainty;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.operation.AnswerRule;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.MappingFact;

/** Userfaultfd fills only what is empty, moves nothing that is pinned, and lets nobody store where it protects. */
final class Uffd extends Invariant {
    private static final KernelVersion PROTECTS = new KernelVersion(5, 7);

    Uffd() {
        super(
                "UFFD",
                "Userfaultfd never replaces a page that is there, never moves a pinned one, and a page that it protects is"
                        + " not written by a store.",
                PROTECTS,
                "mfill_atomic_install_pte (-EEXIST) and, from 6.8 on, move_pages (-EBUSY by folio_maybe_dma_pinned),"
                        + " mm/userfaultfd.c; change_pte_range and do_wp_page with userfaultfd_pte_wp, mm/memory.c;"
                        + " Documentation/admin-guide/mm/userfaultfd.rst");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        moment.expectation()
                .filter(expectation -> expectation.rule() == AnswerRule.UFFD)
                .ifPresent(expectation -> {
                    if (expectation.resultAllowed()) {
                        report.pass(this);
                    } else {
                        report.violation(this, moment, expectation.allowed(), moment.seenResult());
                    }
                });
        moment.mappings().forEach(mapping -> checkMark(moment, report, mapping));
    }

    /** A protected page has its mark and takes no store; only the module tells both of every kernel. */
    private void checkMark(Moment moment, Report report, MappingFact mapping) {
        if (!mapping.present() || !report.first(this)) {
            return;
        }
        boolean marked = moment.model()
                .page(mapping.task(), mapping.region(), mapping.page())
                .map(Page::writeProtected)
                .filter(mark -> mark == Certainty.YES)
                .isPresent();
        boolean justProtected = moment.seenResult().equals("0")
                && moment.step()
                        .filter(step -> step.operation() == Operations.UFFD_PROTECT && turnsOn(step, mapping))
                        .isPresent()
                && moment.pages().stream().anyMatch(fact -> fact.refs() >= 0);
        if (!marked && !justProtected) {
            return;
        }
        if (mapping.writable() || !mapping.writeProtected()) {
            report.violation(
                    this,
                    moment,
                    "t" + mapping.task() + " r" + mapping.region() + " page " + mapping.page()
                            + " is protected in the page table",
                    mapping.writable() ? "it can be written" : "it has no mark");
        } else {
            report.pass(this);
        }
    }

    private static boolean turnsOn(Step step, MappingFact mapping) {
        int region = step.arguments().get(0);
        int first = step.arguments().get(1);
        int pages = step.arguments().get(2);
        boolean on = step.arguments().get(3) == 0;
        return on
                && mapping.task() == step.task()
                && mapping.region() == region
                && mapping.page() >= first
                && mapping.page() < first + pages;
    }
}
