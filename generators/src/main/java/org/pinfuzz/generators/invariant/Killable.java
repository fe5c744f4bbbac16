// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Step;

/** A long-term pin comes back, or lets itself be killed. */
final class Killable extends Invariant {
    Killable() {
        super(
                "KILLABLE",
                "A long-term pin returns, or its task can be killed while it waits for pages that will not move.",
                new KernelVersion(5, 6),
                "__gup_longterm_locked, mm/gup.c: it tries again while the answer is -EAGAIN, and a fatal signal ends it. That it"
                        + " takes long is no violation.");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        moment.newPin().filter(pin -> pin.mode().longTerm()).ifPresent(pin -> report.pass(this));
    }

    @Override
    protected boolean needsNoModel() {
        return true;
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        if (moment.stuck().filter(Killable::longTerm).isPresent()) {
            if (moment.leftovers().processes() == 0) {
                report.pass(this);
            } else {
                report.violation(
                        this,
                        moment,
                        "the task that waits in " + moment.stuck().orElseThrow() + " can be killed",
                        moment.leftovers().describe());
            }
        }
    }

    private static boolean longTerm(Step step) {
        return Operations.of(step).pinsForLong() || step.argumentText().contains("term=long");
    }
}
