// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Set;
import java.util.regex.Pattern;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.OperationType;

/** Nothing that a process asks of mempinfd is written into the kernel's log. */
final class MempinfdQuiet extends Invariant {
    /**
     * Records that are about a request: mempinfd's own, and those of the allocator about what was asked of it
     * (mm/page_alloc.c, warn_alloc). The kernel also speaks of its own accord meanwhile, of clocks that it calibrates, of
     * memory that came, of processors that were slow; what there is to say of those is without end.
     */
    private static final Pattern OF_A_REQUEST =
            Pattern.compile("mempinfd|^[^ ]+: (vmalloc error|page allocation failure)");

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
            if (accounts.logRecords() == 0
                    || !OF_A_REQUEST.matcher(accounts.firstRecord()).find()) {
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
