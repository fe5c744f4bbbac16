// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * One of the allocations that the kernel makes in the task's next step fails: of slab or of pages, the {@code nth} of them
 * ({@code /proc/thread-self/fail-nth}). Whether one did is told with that step; the judge takes nothing from its answer then.
 */
final class FailNth extends Operation {
    private static final Parameter NTH = Parameter.count("nth", 1, 64);

    FailNth() {
        super("fail_nth", 108, NTH);
    }

    @Override
    public Family family() {
        return Family.PRESSURE;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.FAIL_NTH);
    }

    @Override
    public int weight() {
        return 6;
    }

    /** Most steps allocate little. */
    @Override
    public Optional<Step> draw(Draw draw) {
        int bound = draw.random().nextInt(3) == 0 ? NTH.max() : 8;
        return Optional.of(Step.of(draw.task(), this, 1 + draw.random().nextInt(bound)));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Results.zero().judge(observed);
    }
}
