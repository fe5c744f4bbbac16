// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code execve}: the task goes on in a new memory, with nothing mapped in it. All descriptors of programs are close-on-exec,
 * so it loses those as well.
 */
final class Exec extends Operation {
    Exec() {
        super("exec", 40);
    }

    @Override
    public int weight() {
        return 6;
    }

    @Override
    public Watch watch() {
        return Watch.ACCOUNTS;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        boolean anything =
                draw.model().task(draw.task()).regions().values().stream().anyMatch(region -> region.anythingMapped());
        return anything ? Optional.of(Step.of(draw.task(), this)) : Optional.empty();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.exec(step.task());
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
