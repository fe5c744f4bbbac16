// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Moves the program's tasks into a control group whose memory is limited ({@code memory.max}): what they get from now on
 * counts. At the limit the kernel reclaims, then refuses, then kills one of them. The limit ends with the program.
 */
final class MemoryLimit extends Operation {
    /** A task of its own needs about twenty pages of the kernel's; fewer, and nothing but kills would be seen. */
    private static final Parameter LIMIT = Parameter.count("pages", 24, 255);

    MemoryLimit() {
        super("memory_limit", 107, LIMIT);
    }

    @Override
    public Family family() {
        return Family.PRESSURE;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MEMORY_LIMIT);
    }

    @Override
    public int weight() {
        return 3;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        int bound = draw.random().nextBoolean() ? LIMIT.max() : 2 * LIMIT.min();
        int pages = LIMIT.min() + draw.random().nextInt(bound - LIMIT.min() + 1);
        return Optional.of(Step.of(draw.task(), this, pages));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        model.limitMemory();
        return Results.zeroOr(Errno.EBUSY, Errno.EINTR, Errno.ENOMEM).judge(observed);
    }
}
