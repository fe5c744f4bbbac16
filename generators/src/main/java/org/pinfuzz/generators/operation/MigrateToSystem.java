// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** The pages of a range that are in the device's memory come back into the system's. */
final class MigrateToSystem extends MirrorOperation {
    MigrateToSystem() {
        super("migrate_to_system", 90);
    }

    @Override
    public int weight() {
        return 12;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Answers answers = new Answers(observed);
        for (int number : indices(step).toArray()) {
            int offset = number - first(step);
            if (refused(observed, offset, false)) {
                answers.check(offset, migration(page(model, step, number)), Errno.EINVAL.negated());
            }
        }
        return answers.judge(List.of());
    }
}
