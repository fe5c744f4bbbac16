// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.operation.AnswerRule;

/** Nobody writes for long into a file that must hear of every write. */
final class LongTermFile extends Invariant {
    LongTermFile() {
        super(
                "LT-FS",
                "A long-term pin for writing holds no page of a shared mapping whose file system tracks writes.",
                new KernelVersion(6, 5),
                "writable_file_mapping_allowed and gup_fast_folio_allowed, mm/gup.c (commits 8ac268436e6d, a6e79df92e4a)."
                        + " Shared memory and huge pages are exempt, and so are private mappings.");
    }

    @Override
    protected boolean tellsPageKindsApart() {
        return false;
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        moment.newPin()
                .filter(pin -> pin.mode().longTerm() && pin.mode().write())
                .ifPresent(pin -> pin.held().stream()
                        .filter(page -> page.place()
                                .flatMap(place -> moment.pageAt(place))
                                .filter(Page::writesToDisk)
                                .isPresent())
                        .findFirst()
                        .ifPresent(page -> report.violation(
                                this,
                                promisedFrom(),
                                moment,
                                pin,
                                page.kind(),
                                "k" + pin.number() + " holds no page of a file on a disk",
                                "it holds " + page.place().orElseThrow())));
        boolean met = moment.expectation()
                .filter(expectation -> expectation.rule() == AnswerRule.LONGTERM_FILE)
                .isPresent();
        if (met && report.first(this)) {
            report.pass(this);
        }
    }
}
