// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.operation.Mismatch;

/** Every value that is read is one that the model allows. */
final class Values extends Invariant {
    Values() {
        super(
                "VALUES",
                "Every task reads in its memory what was last written there.",
                new KernelVersion(5, 0),
                "POSIX mmap, fork and mprotect; Linux man-pages mmap(2), madvise(2), fork(2)");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        check(moment, report);
        if (moment.operation().equals("read") && moment.mismatches().isEmpty()) {
            report.pass(this);
        }
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        check(moment, report);
        if (moment.mismatches().isEmpty()) {
            report.pass(this);
        }
    }

    private void check(Moment moment, Report report) {
        for (Mismatch mismatch : moment.mismatches()) {
            boolean tainted = mismatch.expectedCell().map(moment::isTainted).orElse(false);
            if (MismatchCause.of(mismatch) == MismatchCause.OTHER && !tainted) {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        "",
                        Report.text(mismatch.kind()),
                        mismatch.reader() + " reads " + mismatch.accepted(),
                        Tokens.text(mismatch.observed()));
                mismatch.expectedCell().ifPresent(report::taint);
            }
        }
    }
}
