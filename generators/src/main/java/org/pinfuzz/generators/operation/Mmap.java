// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Protection;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code mmap} of anonymous memory at the region's slot. */
final class Mmap extends Operation {
    Mmap() {
        super("mmap", 4, Parameters.NEW_REGION, Parameters.PAGES, Parameters.SHARING, Parameters.PROTECTION);
    }

    @Override
    public int weight() {
        return 96;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        int shared = draw.random().nextInt(4) == 0 ? 1 : 0;
        int protection = draw.random().nextInt(10) == 0 ? 1 : 0;
        return draw.fresh(HandleKind.REGION)
                .map(region -> Step.of(draw.task(), this, region, draw.pages(), shared, protection));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return model.task(step.task()).region(step.get(Parameters.NEW_REGION)).anythingMapped();
    }

    @Override
    public void writeC(Step step, CText text) {
        boolean shared = step.get(Parameters.SHARING) == 1;
        MmapFile.writeC(step, text, shared ? "MAP_SHARED | MAP_ANONYMOUS" : "MAP_PRIVATE | MAP_ANONYMOUS", "-1");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.mapAnonymous(
                    step.task(),
                    step.get(Parameters.NEW_REGION),
                    step.get(Parameters.PAGES),
                    step.get(Parameters.SHARING) == 1,
                    Protection.at(step.get(Parameters.PROTECTION)));
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
