// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.List;
import java.util.Set;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.OperationType;

/** Nothing that a process asks of mempinfd is written into the kernel's log. */
final class MempinfdQuiet extends Invariant {
    /**
     * What the kernel says of its own accord: an emulated processor was slow, or a second after boot the clock is
     * calibrated anew (tsc_refine_calibration_work), which every guest does soon after it was restored.
     */
    private static final List<String> UNASKED = List.of(
            "hrtimer: ",
            "clocksource: ",
            "tsc: ",
            "sched_clock: ",
            "rcu: ",
            "perf: ",
            "sched: ",
            "workqueue: ",
            "watchdog: ",
            "random: ");

    private static final Set<OperationType> REQUESTS =
            Set.of(Operations.MEMPINFD_PIN, Operations.MEMPINFD_UNPIN, Operations.MEMPINFD_REQUEST);

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
        if (moment.step().filter(step -> REQUESTS.contains(step.operation())).isEmpty()) {
            return;
        }
        moment.accounts().filter(accounts -> accounts.logRecords() >= 0).ifPresent(accounts -> {
            if (accounts.logRecords() == 0 || UNASKED.stream().anyMatch(accounts.firstRecord()::startsWith)) {
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
