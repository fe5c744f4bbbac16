// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code mmap} of anonymous pages of 2 MiB from the pool of huge pages; a page of the region is one of these. */
final class MmapHugetlb extends Operation {
    MmapHugetlb() {
        super("mmap_hugetlb", 63, Parameters.NEW_REGION, Parameters.HUGE_PAGES, Parameters.SHARING);
    }

    @Override
    public Family family() {
        return Family.HUGE;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.MMAP_HUGE, Operations.MMAP);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.HUGETLB);
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        int shared = draw.random().nextInt(4) == 0 ? 1 : 0;
        return draw.fresh(HandleKind.REGION)
                .map(region ->
                        Step.of(draw.task(), this, region, 1 + draw.mostlyFirst(Parameters.HUGE_PAGES.max()), shared));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return model.task(step.task()).region(step.get(Parameters.NEW_REGION)).anythingMapped();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.mapHugetlb(
                    step.task(),
                    step.get(Parameters.NEW_REGION),
                    step.get(Parameters.HUGE_PAGES),
                    step.get(Parameters.SHARING) == 1);
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
