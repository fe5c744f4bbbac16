// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code mbind} of a range to a node with {@code MPOL_MF_MOVE}. Holes are -EFAULT, before anything moved or after. */
final class Mbind extends RangeOperation {
    Mbind() {
        super("mbind", 17, Parameters.NODE);
    }

    @Override
    public Family family() {
        return Family.MIGRATION;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.MOVE_PAGES);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.NUMA);
    }

    @Override
    public int weight() {
        return 32;
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
        text.uses("bind_to_node");
        text.line("bind_to_node(" + text.at(region(step), first(step)) + ", " + pages(step) + ", "
                + step.get(Parameters.NODE) + ");");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Results.zeroOr(Errno.EFAULT, Errno.EIO, Errno.ENOMEM).judge(observed);
    }
}
