// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.operation.AnswerRule;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.MappingFact;

/** What calls answer, by a rule of its own. */
abstract class CallAnswer extends Invariant {
    private final AnswerRule rule;

    CallAnswer(String id, String statement, KernelVersion promisedFrom, String source, AnswerRule rule) {
        super(id, statement, promisedFrom, source);
        this.rule = rule;
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        moment.expectation().filter(expectation -> expectation.rule() == rule).ifPresent(expectation -> {
            if (expectation.resultAllowed()) {
                report.pass(this);
            } else {
                report.violation(this, moment, expectation.allowed(), moment.seenResult());
            }
        });
    }

    /** What may not be accessed cannot be pinned. */
    static final class Perm extends CallAnswer {
        Perm() {
            super(
                    "PERM",
                    "A pin whose first page is not mapped, may not be accessed so, lies behind its file's end or behind a guard is"
                            + " refused with -EFAULT.",
                    new KernelVersion(5, 6),
                    "check_vma_flags and faultin_page, mm/gup.c; guards from 6.13",
                    AnswerRule.PERM);
        }
    }

    /** Populating answers what it met, and what it populated is there. */
    static final class Populated extends CallAnswer {
        Populated() {
            super(
                    "POPULATE",
                    "MADV_POPULATE_READ and MADV_POPULATE_WRITE make all pages of a range present or say why not.",
                    new KernelVersion(5, 14),
                    "madvise_populate, mm/madvise.c; madvise(2)",
                    AnswerRule.POPULATE);
        }

        @Override
        protected void afterStep(Moment moment, Report report) {
            super.afterStep(moment, report);
            boolean done = moment.expectation()
                            .filter(expectation -> expectation.rule() == AnswerRule.POPULATE)
                            .isPresent()
                    && moment.seenResult().equals("0");
            if (!done) {
                return;
            }
            Step step = moment.step().orElseThrow();
            for (MappingFact mapping : moment.mappings()) {
                int offset = mapping.page() - step.arguments().get(1);
                boolean inRange = mapping.task() == step.task()
                        && mapping.region() == step.arguments().get(0)
                        && offset >= 0
                        && offset < step.arguments().get(2);
                if (inRange && !mapping.present()) {
                    report.violation(
                            this,
                            moment,
                            "r" + mapping.region() + " page " + mapping.page() + " is present",
                            mapping.swapped() ? "it is swapped out" : "it is not");
                    return;
                }
            }
        }
    }
}
