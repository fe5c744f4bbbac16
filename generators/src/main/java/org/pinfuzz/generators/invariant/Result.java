// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.operation.AnswerRule;

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
}
