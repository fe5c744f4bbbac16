// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Takes away the right to lock memory at will ({@code CAP_IPC_LOCK}, also for what it executes) and sets
 * {@code RLIMIT_MEMLOCK} to some pages. Children inherit both.
 */
final class MemlockLimit extends Operation {
    private static final int MOST_PAGES = 16;
    private static final Parameter LIMIT = Parameter.count("limit", 0, MOST_PAGES);

    MemlockLimit() {
        super("memlock_limit", 39, LIMIT);
    }

    /** Nothing but mempinfd is judged by it. */
    @Override
    public Family family() {
        return Family.MEMPINFD;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MEMPINFD);
    }

    @Override
    public int weight() {
        return 6;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        int limit = draw.random().nextInt(4) == 0 ? 0 : 1 + draw.random().nextInt(MOST_PAGES);
        return Optional.of(Step.of(draw.task(), this, limit));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.limitMemlock(step.task(), step.get(LIMIT));
        }
        return Results.zero().judge(observed);
    }
}
