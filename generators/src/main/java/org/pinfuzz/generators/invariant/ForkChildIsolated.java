// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.operation.Mismatch;

/** After fork, neither side sees what the other writes to private memory. */
final class ForkChildIsolated extends Invariant {
    ForkChildIsolated() {
        super(
                "FORK-CHILD-ISOLATED",
                "After fork, writes by one side or by its devices never show in the other side's private memory.",
                new KernelVersion(5, 9),
                "copy_present_page, mm/memory.c (commit 70e806e4e645); fork(2)");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        check(moment, report);
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        check(moment, report);
        if (moment.mismatches().isEmpty() && moment.model().livingTasks().size() > 1) {
            report.pass(this);
        }
    }

    private void check(Moment moment, Report report) {
        for (Mismatch mismatch : moment.mismatches()) {
            if (MismatchCause.of(mismatch) == MismatchCause.FORK_NOT_ISOLATED
                    && !moment.isTainted(mismatch.expectedCell().orElseThrow())) {
                report.violation(
                        this,
                        mismatch.expectedCell().filter(Cell::huge).isPresent()
                                ? ForkParentKeeps.HUGETLB
                                : promisedFrom(),
                        moment,
                        mismatch.through().map(pin -> pin.mode().text()).orElse(""),
                        Report.text(mismatch.kind()),
                        mismatch.reader() + " reads " + mismatch.accepted(),
                        Tokens.text(mismatch.observed()) + ", written on the other side of a fork");
                mismatch.expectedCell().ifPresent(report::taint);
            }
        }
    }
}
