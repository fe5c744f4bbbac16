// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;

/** The kernel's counters of pins move by what a step pinned or undid. */
final class MempinfdRelease extends Invariant {
    MempinfdRelease() {
        super(
                "MEMPIN-RELEASE",
                "A pin by mempinfd pins its pages once each, a refused one none; unpin, last close and exec undo all of what they end.",
                MempinfdAnswer.EVER,
                "docs/man/mempinfd.2, DESCRIPTION; nr_foll_pin_acquired and nr_foll_pin_released before and after the step;"
                        + " review of the posted version 3: it forgets the pages of a short pin");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        // A wrong success is another invariant's, and so are the pages that came or went with it.
        if (moment.step()
                .map(step -> Operations.of(step).watch() != Operation.Watch.ACCOUNTS)
                .orElse(true)) {
            return;
        }
        boolean done = moment.expectation()
                        .filter(expectation -> !expectation.resultAllowed())
                        .isPresent()
                && moment.seenResult().equals("0");
        moment.accounts().filter(accounts -> accounts.pinsKnown() && !done).ifPresent(accounts -> {
            if (moment.pinsChange().allows(accounts.pinsChange())) {
                report.pass(this);
            } else {
                report.violation(
                        this,
                        moment,
                        "the number of pinned pages changes by " + moment.pinsChange(),
                        "it changes by " + accounts.pinsChange());
            }
        });
    }
}
