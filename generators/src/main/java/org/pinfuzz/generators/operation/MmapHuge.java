// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Protection;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code mmap} of 2 MiB of anonymous memory that wants huge pages (MADV_HUGEPAGE). The program sees the last
 * {@value Region#MAX_PAGES} small pages of it.
 */
final class MmapHuge extends Operation {
    MmapHuge() {
        super("mmap_huge", 46, Parameters.NEW_REGION, Parameters.SHARING, Parameters.PROTECTION);
    }

    @Override
    public Family family() {
        return Family.HUGE;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.MMAP);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.THP);
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        int shared = draw.random().nextInt(4) == 0 ? 1 : 0;
        return draw.fresh(HandleKind.REGION).map(region -> Step.of(draw.task(), this, region, shared, 0));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return model.task(step.task()).region(step.get(Parameters.NEW_REGION)).anythingMapped();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.mapAnonymous(
                    step.task(),
                    step.get(Parameters.NEW_REGION),
                    Region.MAX_PAGES,
                    step.get(Parameters.SHARING) == 1,
                    Protection.at(step.get(Parameters.PROTECTION)));
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
