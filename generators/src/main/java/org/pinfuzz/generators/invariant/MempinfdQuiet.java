// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

/** Nothing that a process asks of mempinfd is written into the kernel's log. */
final class MempinfdQuiet extends Invariant {
    MempinfdQuiet() {
        super(
                "MEMPIN-QUIET",
                "No request to mempinfd, right or wrong, writes into the kernel's log.",
                MempinfdAnswer.EVER,
                "Documentation/process/coding-style.rst, Printing kernel messages; review of the posted version 3: every pin"
                        + " that fails is logged, and so is every size that vmalloc cannot serve");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        moment.accounts().filter(accounts -> accounts.logRecords() >= 0).ifPresent(accounts -> {
            if (accounts.logRecords() == 0) {
                report.pass(this);
            } else {
                report.violation(
                        this,
                        moment,
                        "a quiet log",
                        accounts.logRecords() + " records after an answer of " + moment.seenResult() + ": "
                                + accounts.firstRecord());
            }
        });
    }
}
