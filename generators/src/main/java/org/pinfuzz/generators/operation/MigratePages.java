// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code migrate_pages} of all the task has on one node to the other. Answers how many pages stayed. */
final class MigratePages extends Operation {
    MigratePages() {
        super("migrate_pages", 100, Parameters.NODE);
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
    public int weight() {
        return 12;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return Optional.of(Step.of(draw.task(), this, draw.random().nextInt(2)));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Results.zeroOrMoreOr(Errno.EBUSY, Errno.EFAULT, Errno.EIO, Errno.ENOMEM, Errno.EAGAIN)
                .judge(observed);
    }
}
