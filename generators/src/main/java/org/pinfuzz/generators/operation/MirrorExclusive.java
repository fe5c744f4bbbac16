// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * The device has the pages of a range to itself until the CPU wants one: they are faulted in as by a write, and stay where
 * they are (make_device_exclusive, mm/rmap.c).
 */
final class MirrorExclusive extends MirrorOperation {
    MirrorExclusive() {
        super("mirror_exclusive", 87);
    }

    @Override
    public int weight() {
        return 12;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        java.util.List<Mismatch> mismatches = new java.util.ArrayList<>();
        boolean kept = true;
        for (int number : indices(step).toArray()) {
            int offset = number - first(step);
            Optional<Page> page = page(model, step, number);
            boolean may = page.filter(at -> at.writable() && !at.shared()).isPresent();
            boolean refused = refused(observed, offset, !may);
            // Before 6.15 pages that are not anonymous are passed over, and the answer is what the device had before.
            boolean mayAnswer =
                    page.isPresent() && page.get().shared() && page.get().writable();
            kept &= refused || may || mayAnswer;
            if (may && !refused) {
                model.own(step.task(), region(step), number);
                value(observed, offset)
                        .flatMap(seen -> Mismatch.ofMirror(step.task(), region(step), number, page.orElseThrow(), seen))
                        .ifPresent(mismatches::add);
            } else if (may || mayAnswer) {
                model.touchForPin(step.task(), region(step), number);
            }
        }
        Results refusals = Results.zeroOr(
                Errno.EBUSY, Errno.EFAULT, Errno.ENOENT, Errno.ENOMEM, Errno.EOPNOTSUPP, Errno.EPERM, Errno.EINVAL);
        boolean allowed =
                kept && observed.map(trace -> refusals.allows(trace.result())).orElse(true);
        return new Expectation(
                allowed, "pages that the task may write, " + refusals.text(), mismatches, AnswerRule.MIRROR);
    }
}
