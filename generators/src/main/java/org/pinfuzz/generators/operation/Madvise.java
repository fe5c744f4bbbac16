// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;

/**
 * {@code madvise} of a range: what every kernel knows. With pageout the kernel may swap pages out, or not; what they hold
 * stays, and comes back in other frames.
 */
final class Madvise extends AdviceOperation {
    private static final Parameter ADVICE = Parameter.choice("advice", "dontneed", "dontfork", "dofork", "pageout");
    private static final int DONTNEED = 0;
    private static final int DONTFORK = 1;
    private static final int DOFORK = 2;
    private static final int PAGEOUT = 3;

    Madvise() {
        super("madvise", 8, ADVICE);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.MUNMAP);
    }

    @Override
    public int weight() {
        return 48;
    }

    @Override
    public boolean migrates(Step step) {
        return step.get(ADVICE) == PAGEOUT;
    }

    @Override
    List<Integer> drawMore(Draw draw) {
        // What is undone tells less than what is done.
        int roll = draw.random().nextInt(8);
        return List.of(roll < 3 ? 0 : roll < 5 ? 1 : roll < 6 ? 2 : PAGEOUT);
    }

    @Override
    String constant(Step step) {
        return switch (step.get(ADVICE)) {
            case DONTNEED -> "MADV_DONTNEED";
            case DONTFORK -> "MADV_DONTFORK";
            case DOFORK -> "MADV_DOFORK";
            default -> "MADV_PAGEOUT";
        };
    }

    /**
     * Locked memory is neither dropped nor paged out. Huge pages of the pool are dropped from 5.18 on, never paged out, and
     * newer kernels take no dofork for them (VM_SPECIAL).
     */
    @Override
    Refusal refuses(Step step, Page page) {
        int advice = step.get(ADVICE);
        if (page.hugetlb()) {
            return advice == PAGEOUT ? Refusal.ALWAYS : advice == DONTFORK ? Refusal.NEVER : Refusal.MAYBE;
        }
        return page.locked() && (advice == DONTNEED || advice == PAGEOUT) ? Refusal.ALWAYS : Refusal.NEVER;
    }

    @Override
    void advise(Model model, Step step, int page) {
        switch (step.get(ADVICE)) {
            case DONTNEED -> model.discard(step.task(), region(step), page);
            case DONTFORK -> model.setDontFork(step.task(), region(step), page, true);
            case DOFORK -> model.setDontFork(step.task(), region(step), page, false);
            default -> model.pageOut(step.task(), region(step), page);
        }
    }
}
