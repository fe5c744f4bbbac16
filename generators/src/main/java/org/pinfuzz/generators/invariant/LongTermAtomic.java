// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Optional;
import org.pinfuzz.generators.model.PageKind;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Accounts;

/** A long-term pin that fails leaves nothing pinned; one that succeeds has pinned what it says. */
final class LongTermAtomic extends Invariant {
    LongTermAtomic() {
        super(
                "LT-ERR-ATOMIC",
                "A long-term pin leaves as many pages pinned as it answers, and none when it answers an error.",
                new KernelVersion(5, 7),
                "__gup_longterm_locked and migrate_longterm_unpinnable_folios, mm/gup.c; nr_foll_pin_acquired and"
                        + " nr_foll_pin_released around the call. Pins of the zero page are not counted from 6.5 on.");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        Optional<Accounts> accounts = moment.accounts().filter(Accounts::pinsKnown);
        boolean asked = moment.step().map(step -> longTerm(step)).orElse(false);
        if (!asked || accounts.isEmpty()) {
            return;
        }
        long most = moment.newPin().map(pin -> (long) pin.pages().size()).orElse(0L);
        long zeros = moment.newPin().stream()
                .flatMap(pin -> pin.pages().stream())
                .filter(page -> page.kind() == PageKind.ZERO)
                .count();
        int change = accounts.get().pinsChange();
        if (change <= most && change >= most - zeros) {
            report.pass(this);
        } else {
            report.violation(
                    this,
                    moment,
                    "after the answer " + moment.seenResult() + " " + most + " more pages are pinned",
                    change + " more are");
        }
    }

    private static boolean longTerm(Step step) {
        Operation operation = Operations.of(step);
        return operation.watch() == Operation.Watch.PINS
                && (operation.pinsForLong() || step.argumentText().contains("term=long"));
    }
}
