// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.pinfuzz.generators.model.Certainty;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Place;
import org.pinfuzz.generators.model.Protection;
import org.pinfuzz.generators.model.UffdMode;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code UFFDIO_MOVE} (6.8) of the pages of a range, one call each, to fresh memory that is registered for what is missing.
 * Only private anonymous pages that nobody else maps and nobody has pinned go; others stay and are -EBUSY (move_pages,
 * mm/userfaultfd.c).
 */
final class UffdMove extends UffdOperation {
    private static final Parameter TO = Parameter.creates("to", HandleKind.REGION);

    UffdMove() {
        super("uffd_move", 83, TO);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.USERFAULTFD, Facility.UFFD_MOVE);
    }

    @Override
    public int weight() {
        return 24;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.REGION)
                .flatMap(to -> draw.rangeWith(page -> page.privateAnonymous() && page.owned())
                        // Kernels that try pinned huge pages for ever (6.8 and later) take seconds to be told of.
                        .filter(range -> !pinned(draw, range) || draw.random().nextInt(4) == 0)
                        .map(range -> Step.of(draw.task(), this, range.region(), range.first(), range.pages(), to)));
    }

    private static boolean pinned(Draw draw, Draw.Range range) {
        return IntStream.range(range.first(), range.first() + range.pages())
                .anyMatch(page -> draw.model().pinned(draw.task(), range.region(), page));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return super.skipped(model, step)
                || model.task(step.task()).region(step.get(TO)).anythingMapped();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        int task = step.task();
        int to = step.get(TO);
        long result = observed.map(StepTrace::result).orElse(0L);
        if (result == Errno.ENOMEM.negated()) {
            return Expectation.lost("0, or -ENOMEM after a part was done");
        }
        if (result != 0) {
            return Results.zeroOr(Errno.ENOMEM).judge(observed);
        }
        model.mapAnonymous(task, to, pages(step), false, Protection.READ_WRITE);
        Answers answers = new Answers(observed);
        int memory = model.task(task).memory();
        for (int number : indices(step).toArray()) {
            int offset = number - first(step);
            model.register(task, to, offset, UffdMode.MISSING, Certainty.YES, Certainty.NO);
            Optional<Page> page = page(model, step, number);
            boolean pinned = page.isPresent() && model.pinned(task, region(step), number);
            boolean possible = page.filter(UffdMove::mayMove).isPresent() && !pinned;
            Results refusals =
                    Results.only(Errno.EBUSY, Errno.EAGAIN, Errno.EINVAL, Errno.ENOENT, Errno.EFAULT, Errno.ENOMEM);
            Results allowed = possible ? refusals.orZero() : refusals;
            boolean expected = possible && page.filter(Page::owned).isPresent();
            long answer = answers.check(
                    offset, allowed, expected ? 0 : Errno.EBUSY.negated(), pinned ? AnswerRule.UFFD : AnswerRule.CALL);
            if (answer == 0 && page.filter(UffdMove::mayMove).isPresent()) {
                model.take(task, new Place(memory, region(step), number), new Place(memory, to, offset));
            }
        }
        return answers.judge(List.of());
    }

    /** A pinned page is refused; the kernel does not try until it is pinned no longer. */
    @Override
    public Optional<Expectation> neverAnswered(Model model, Step step) {
        return indices(step).anyMatch(number -> model.pinned(step.task(), region(step), number))
                ? Optional.of(new Expectation(false, "-EBUSY for what is pinned, at once", List.of(), AnswerRule.UFFD))
                : Optional.empty();
    }

    private static boolean mayMove(Page page) {
        return page.privateAnonymous() && page.protection().writable() && !page.locked() && !page.guard();
    }
}
