// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Set;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.OperationType;

/** A mirrored page is not held. */
final class MirrorNoPin extends Invariant {
    private static final Set<OperationType> MIRRORS =
            Set.of(Operations.MIRROR_READ, Operations.MIRROR_WRITE, Operations.MIRROR_SNAPSHOT);

    MirrorNoPin() {
        super(
                "MIRROR-NO-PIN",
                "A device that mirrors a page takes neither a reference nor a pin of it: it can be moved and freed as before.",
                new KernelVersion(5, 14),
                "hmm_range_fault, mm/hmm.c: it takes no references, and the device must keep to mmu notifiers;"
                        + " Documentation/mm/hmm.rst");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        if (moment.step().filter(step -> MIRRORS.contains(step.operation())).isEmpty()
                || moment.seenResult().startsWith("-")) {
            return;
        }
        if (moment.seenResult().equals("0")) {
            report.pass(this);
        } else {
            report.violation(
                    this,
                    moment,
                    "pages have as many references and pins as before",
                    moment.seenResult() + " of them have more");
        }
    }
}
