// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * What the kernel's own test device of HMM (lib/test_hmm.c) does with a range of the task's memory, which it mirrors and
 * parts of which it takes into a memory of its own. Each page is asked for alone. Huge pages of the pool are left alone.
 */
abstract class MirrorOperation extends RangeOperation {
    MirrorOperation(String name, int code) {
        super(name, code);
    }

    @Override
    public Family family() {
        return Family.MIRROR;
    }

    @Override
    public final Set<Facility> needs() {
        return Set.of(Facility.MODULE, Facility.HMM);
    }

    @Override
    public final boolean skipped(Model model, Step step) {
        return model.hugetlb(region(step));
    }

    /** What the page table had for a page of the range after the step. */
    static Optional<MappingFact> fact(Optional<StepTrace> observed, Step step, int number) {
        return UffdOperation.fact(observed, step, region(step), number);
    }

    /** Whether the device refused a page; where nothing was observed, whether it should. */
    static boolean refused(Optional<StepTrace> observed, int offset, boolean should) {
        return observed.map(trace -> trace.faulted(offset)).orElse(should);
    }

    /** The value or the answer for a page of the range. */
    static Optional<Long> value(Optional<StepTrace> observed, int offset) {
        return observed.filter(trace -> offset < trace.values().size())
                .map(trace -> trace.values().get(offset));
    }

    /** What migration of a page may answer: it needs a mapping that can be read. */
    static Results migration(Optional<Page> page, Errno... more) {
        boolean possible = page.filter(at -> at.protection().readable()).isPresent();
        if (!possible) {
            return Results.only(Errno.EINVAL);
        }
        return new Results(
                true,
                false,
                java.util.stream.Stream.concat(List.of(Errno.ENOMEM, Errno.EBUSY).stream(), List.of(more).stream())
                        .toList());
    }
}
