// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code kill} of another task with SIGKILL; the step is over when it was reaped. */
final class Kill extends Operation {
    Kill() {
        super("kill", 42, Parameters.VICTIM);
    }

    @Override
    public Family family() {
        return Family.OTHERS;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.EXIT);
    }

    @Override
    public int weight() {
        return 8;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.otherTask().map(victim -> Step.of(draw.task(), this, victim));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return Parameters.noVictim(model, step);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        model.exit(step.get(Parameters.VICTIM));
        return Results.zero().judge(observed);
    }
}
