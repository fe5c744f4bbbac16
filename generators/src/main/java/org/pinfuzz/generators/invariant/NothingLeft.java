// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

/** A program leaves its guest as it found it. */
final class NothingLeft extends Invariant {
    NothingLeft() {
        super(
                "NOTHING-LEFT",
                "When a program is gone, no process, descriptor, mount or page of it stays behind.",
                new KernelVersion(5, 0),
                "do_exit, kernel/exit.c; exit_mmap, mm/mmap.c");
    }

    @Override
    protected boolean needsNoModel() {
        return true;
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        if (moment.leftovers().somethingElse()) {
            report.violation(
                    this, moment, "nothing stays behind", moment.leftovers().describe());
        } else {
            report.pass(this);
        }
    }
}
