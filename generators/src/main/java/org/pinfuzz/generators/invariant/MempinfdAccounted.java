// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.PageCount;
import org.pinfuzz.generators.model.Task;

/** What mempinfd pins is charged to the memory that it is pinned in. */
final class MempinfdAccounted extends Invariant {
    MempinfdAccounted() {
        super(
                "MEMPIN-ACCOUNTED",
                "A process is charged (VmPin) with what it has pinned by mempinfd, each range for itself, and with no more.",
                MempinfdAnswer.EVER,
                "docs/man/mempinfd.2, Limits; mm->pinned_vm as in ib_umem_get, drivers/infiniband/core/umem.c; review of the"
                        + " posted version 3: it only asks whether anything may be locked");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        // After an answer that should not have been, nobody knows what ought to be charged.
        boolean known = moment.expectation()
                .filter(expectation -> expectation.resultAllowed())
                .isPresent();
        if (!known || moment.accounts().isEmpty() || !report.first(this)) {
            return;
        }
        for (Task task : moment.model().livingTasks()) {
            long seen = moment.accounts().get().pinnedVm(task.number());
            PageCount expected = moment.model().charged(task.number());
            if (seen >= 0 && expected.allows(seen)) {
                report.pass(this);
            } else if (seen >= 0) {
                report.violation(
                        this,
                        moment,
                        "t" + task.number() + " is charged with " + expected + " pages",
                        "VmPin has " + seen);
                return;
            }
        }
    }
}
