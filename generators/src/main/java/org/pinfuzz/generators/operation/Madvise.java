// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code madvise} of a range. Holes answer -ENOMEM, after the advice was taken everywhere else (madvise_walk_vmas). With
 * pageout the kernel may swap pages out, or not; what they hold stays, and comes back in other frames.
 */
final class Madvise extends RangeOperation {
    private static final Parameter ADVICE = Parameter.choice("advice", "dontneed", "dontfork", "dofork", "pageout");
    private static final int DONTNEED = 0;
    private static final int DONTFORK = 1;
    private static final int DOFORK = 2;
    private static final int PAGEOUT = 3;

    Madvise() {
        super("madvise", 8, ADVICE);
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
    public void writeC(Step step, CText text) {
        String advice = switch (step.get(ADVICE)) {
            case DONTNEED -> "MADV_DONTNEED";
            case DONTFORK -> "MADV_DONTFORK";
            case DOFORK -> "MADV_DOFORK";
            default -> "MADV_PAGEOUT";
        };
        String call =
                "madvise(" + text.at(region(step), first(step)) + ", " + CText.bytes(pages(step)) + ", " + advice + ")";
        text.call(hasHole(text.model(), step) ? call + " < 0 && errno == ENOMEM" : "!" + call, "madvise");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        boolean hole = hasHole(model, step);
        indices(step).filter(page -> page(model, step, page).isPresent()).forEach(page -> {
            switch (step.get(ADVICE)) {
                case DONTNEED -> model.discard(step.task(), region(step), page);
                case DONTFORK -> model.setDontFork(step.task(), region(step), page, true);
                case DOFORK -> model.setDontFork(step.task(), region(step), page, false);
                default -> model.pageOut(step.task(), region(step), page);
            }
        });
        return (hole ? Results.only(Errno.ENOMEM) : Results.zero()).judge(observed);
    }
}
