// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.PageCount;
import org.pinfuzz.generators.trace.EndRead;

/** What a memory is charged with is what it has. */
final class Bookkeeping extends Invariant {
    Bookkeeping() {
        super(
                "BOOKKEEPING",
                "At the end each memory is charged with the pages that are locked and pinned in it, no more and no fewer.",
                new KernelVersion(5, 0),
                "mlock_fixup, mm/mlock.c, and move_vma, mm/mremap.c (VmLck); account_locked_vm and io_account_mem (VmPin)");
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        for (EndRead charge : moment.charges()) {
            if (!moment.model().alive(charge.task())) {
                continue;
            }
            boolean locked = charge.source() == EndRead.Source.LOCKED;
            PageCount expected = locked
                    ? moment.model().locked(charge.task())
                    : moment.model().charged(charge.task());
            if (charge.value() >= expected.least() && charge.value() <= expected.most()) {
                report.pass(this);
            } else if (report.first(this)) {
                report.violation(
                        this,
                        moment,
                        "t" + charge.task() + " is charged with " + expected + " pages that are "
                                + (locked ? "locked" : "pinned"),
                        (locked ? "VmLck" : "VmPin") + " has " + charge.value());
            }
        }
    }
}
