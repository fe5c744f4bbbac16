// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Certainty;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code UFFDIO_ZEROPAGE} or {@code UFFDIO_COPY} of the pages of a range, one call each: it puts a page where nothing is, in
 * whatever mode that is registered, and -EEXIST where something is (mfill_atomic, mm/userfaultfd.c).
 */
final class UffdFill extends UffdOperation {
    private static final Parameter KIND = Parameter.choice("kind", "zero", "copy");

    UffdFill() {
        super("uffd_fill", 82, KIND);
    }

    @Override
    public int weight() {
        return 32;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.rangeWith(page -> page.registered().isPresent())
                .map(range -> Step.of(
                        draw.task(),
                        this,
                        range.region(),
                        range.first(),
                        range.pages(),
                        draw.random().nextInt(3) == 0 ? 0 : 1));
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Answers answers = new Answers(observed);
        for (int number : indices(step).toArray()) {
            int offset = number - first(step);
            Optional<Page> page =
                    page(model, step, number).filter(at -> at.registered().isPresent());
            if (page.isEmpty()) {
                answers.check(offset, Results.only(Errno.ENOENT), Errno.ENOENT.negated());
                continue;
            }
            if (answers.check(offset, allowed(page.get()), expected(page.get()), AnswerRule.UFFD) == 0
                    && mayBeFilled(page.get())) {
                fill(model, step, number, Tokens.of(index, offset), fact(observed, step, region(step), number));
            }
        }
        return answers.judge(List.of());
    }

    /** A guard may count as nothing (pte_none_mostly, before 6.18). */
    private static boolean mayBeFilled(Page page) {
        return page.backed() && (!page.there() || page.guard());
    }

    private static Results allowed(Page page) {
        if (!page.backed()) {
            return Results.only(Errno.EFAULT, Errno.EEXIST, Errno.EAGAIN, Errno.ENOMEM);
        }
        return page.there() && !page.guard()
                ? Results.only(Errno.EEXIST, Errno.EAGAIN, Errno.ENOMEM)
                : Results.zeroOr(Errno.EEXIST, Errno.EAGAIN, Errno.ENOMEM);
    }

    private static long expected(Page page) {
        return page.backed() && !page.there() && !page.owned() ? 0 : Errno.EEXIST.negated();
    }

    private static void fill(Model model, Step step, int number, long value, Optional<MappingFact> fact) {
        int task = step.task();
        int region = region(step);
        model.removeGuard(task, region, number);
        if (step.get(KIND) == 1) {
            model.fillWithCopy(task, region, number, value);
        } else {
            model.fillWithZero(task, region, number);
        }
        model.writeProtect(
                task, region, number, fact.isPresent() && marked(fact) != Certainty.YES ? Certainty.NO : marked(fact));
    }
}
