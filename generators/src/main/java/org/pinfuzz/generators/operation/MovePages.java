// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code move_pages} of a range to a node. What moves is the kernel's choice; what is pinned may not. */
final class MovePages extends RangeOperation {
    private static final Results RESULTS = Results.zeroOrMoreOr(
            Errno.ENOENT, Errno.EFAULT, Errno.EACCES, Errno.EBUSY, Errno.ENOMEM, Errno.EIO, Errno.EAGAIN);

    MovePages() {
        super("move_pages", 16, Parameters.NODE);
    }

    @Override
    public Family family() {
        return Family.MIGRATION;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.NUMA);
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    List<Integer> drawMore(Draw draw) {
        return List.of(draw.random().nextInt(2));
    }

    @Override
    public void writeC(Step step, CText text) {
        text.uses("move_to_node");
        text.line("move_to_node(" + text.at(region(step), first(step)) + ", " + pages(step) + ", "
                + step.get(Parameters.NODE) + ");");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return RESULTS.judge(observed);
    }
}
