// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

/** Every pin is undone exactly once. */
final class PinBalance extends Invariant {
    PinBalance() {
        super(
                "PIN-BALANCE",
                "When a program is gone, as many pages were released as were pinned.",
                new KernelVersion(5, 7),
                "nr_foll_pin_acquired and nr_foll_pin_released, Documentation/core-api/pin_user_pages.rst");
    }

    @Override
    protected boolean needsNoModel() {
        return true;
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        if (moment.leftovers().unbalanced()) {
            report.violation(
                    this,
                    moment,
                    "nothing is pinned any more",
                    moment.leftovers().describe());
        } else {
            report.pass(this);
        }
    }
}
