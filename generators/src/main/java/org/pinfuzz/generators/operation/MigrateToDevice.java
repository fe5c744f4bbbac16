// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * The pages of a range go into the device's memory (migrate_vma_setup, mm/migrate_device.c): private ones that nobody
 * refers to but page tables, and zeroes where nothing was. The device answers what it has then, or -ENOENT.
 */
final class MigrateToDevice extends MirrorOperation {
    MigrateToDevice() {
        super("migrate_to_device", 89);
    }

    @Override
    public int weight() {
        return 48;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Answers answers = new Answers(observed);
        List<Mismatch> mismatches = new ArrayList<>();
        for (int number : indices(step).toArray()) {
            int offset = number - first(step);
            Optional<Page> page = page(model, step, number);
            boolean possible = page.filter(at -> !at.shared() && at.readable()).isPresent();
            boolean refused = refused(observed, offset, !possible);
            if (refused) {
                answers.check(offset, migration(page, Errno.ENOENT), Errno.ENOENT.negated());
            }
            boolean there = fact(observed, step, number)
                    .map(MappingFact::inDevice)
                    .orElse(observed.isEmpty() && possible && !model.pinned(step.task(), region(step), number));
            if (there) {
                model.travel(step.task(), region(step), number);
            }
            if (!refused && page.filter(Page::readable).isPresent()) {
                value(observed, offset)
                        .flatMap(seen -> Mismatch.ofMirror(step.task(), region(step), number, page.orElseThrow(), seen))
                        .ifPresent(mismatches::add);
            }
        }
        return answers.judge(mismatches);
    }
}
