// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Certainty;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.UffdMode;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code UFFDIO_WRITEPROTECT} of the pages of a range, one call each: -ENOENT where a page is not registered for it
 * (mwriteprotect_range, mm/userfaultfd.c).
 */
final class UffdProtect extends UffdOperation {
    private static final Parameter STATE = Parameter.choice("state", "on", "off");

    UffdProtect() {
        super("uffd_protect", 81, STATE);
    }

    @Override
    public int weight() {
        return 48;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.rangeWith(UffdProtect::watched)
                .map(range -> Step.of(
                        draw.task(),
                        this,
                        range.region(),
                        range.first(),
                        range.pages(),
                        draw.random().nextInt(3) / 2));
    }

    private static boolean watched(Page page) {
        return page.registered().filter(mode -> mode == UffdMode.WRITE_PROTECT).isPresent();
    }

    static boolean turnsOn(Step step) {
        return step.get(STATE) == 0;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Answers answers = new Answers(observed);
        for (int number : indices(step).toArray()) {
            boolean watched =
                    page(model, step, number).filter(UffdProtect::watched).isPresent();
            Results allowed = watched ? Results.zeroOr(Errno.EAGAIN, Errno.ENOMEM) : Results.only(Errno.ENOENT);
            long answer = answers.check(number - first(step), allowed, watched ? 0 : Errno.ENOENT.negated());
            if (answer == 0) {
                Certainty marked = turnsOn(step) ? marked(fact(observed, step, region(step), number)) : Certainty.NO;
                model.writeProtect(step.task(), region(step), number, marked);
            }
        }
        return answers.judge(List.of());
    }
}
