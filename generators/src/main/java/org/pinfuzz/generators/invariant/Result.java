// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.operation.AnswerRule;
import org.pinfuzz.generators.trace.MappingFact;

/** What a call answers is one of the answers that the kernel may give in that state. */
final class Result extends Invariant {
    Result() {
        super(
                "RESULT",
                "Each system call answers what it may answer in that state, and each access faults where it must.",
                new KernelVersion(5, 6),
                "check_vma_flags and __get_user_pages, mm/gup.c; man-pages of the calls");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        moment.expectation()
                .filter(expectation -> expectation.rule() == AnswerRule.CALL)
                .ifPresent(expectation -> {
                    if (expectation.resultAllowed()) {
                        report.pass(this);
                    } else {
                        report.violation(this, moment, expectation.allowed(), moment.seenResult());
                    }
                });
    }

    /** An access would not fault where nothing may be mapped. */
    @Override
    protected void atEnd(Moment moment, Report report) {
        for (MappingFact mapping : moment.mappings()) {
            if (mapping.present()
                    && moment.model()
                            .page(mapping.task(), mapping.region(), mapping.page())
                            .isEmpty()) {
                report.violation(
                        this,
                        moment,
                        "t" + mapping.task() + " r" + mapping.region() + " page " + mapping.page() + " is not mapped",
                        "it maps frame " + Long.toHexString(mapping.pfn()));
                return;
            }
        }
    }
}
