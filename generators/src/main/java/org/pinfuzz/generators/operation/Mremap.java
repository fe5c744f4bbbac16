// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Place;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code mremap} of a range to the start of another region's slot, with or without leaving the mapping behind
 * (MREMAP_DONTUNMAP). Pins go along. A range of several mappings is -EFAULT before 6.17; from then on it may go in parts.
 */
final class Mremap extends RangeOperation {
    private static final Parameter TO = Parameter.creates("to", HandleKind.REGION);
    private static final Parameter FORM = Parameter.choice("form", "move", "dontunmap");

    Mremap() {
        super("mremap", 64, TO, FORM);
    }

    @Override
    public Family family() {
        return Family.MREMAP;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.MUNMAP);
    }

    @Override
    public int weight() {
        return 32;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.REGION)
                .flatMap(to -> draw.range()
                        .map(range -> Step.of(
                                draw.task(),
                                this,
                                range.region(),
                                range.first(),
                                range.pages(),
                                to,
                                draw.random().nextInt(3) / 2)));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return model.task(step.task()).region(step.get(TO)).anythingMapped();
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Optional<Page> start = page(model, step, first(step));
        boolean whole = !hasHole(model, step);
        boolean alike = whole
                && indices(step)
                        .allMatch(number ->
                                !page(model, step, number).orElseThrow().unlike(start.orElseThrow()));
        long result = observed.map(StepTrace::result).orElse(alike ? 0L : Errno.EFAULT.negated());
        if (result == 0) {
            moveAll(model, step);
            // From 6.17 the kernel moves what lies on both sides of a hole (remap_move, mm/mremap.c).
            return start.isPresent()
                    ? Results.zero().judge(observed)
                    : Results.only(Errno.EFAULT).judge(observed);
        }
        if (!alike && start.isPresent()) {
            return Expectation.lost("0, -EFAULT, or any error after a part was moved");
        }
        Results refusals = start.isEmpty()
                ? Results.only(Errno.EFAULT)
                : Results.zeroOr(Errno.EFAULT, Errno.ENOMEM, Errno.EINVAL, Errno.EAGAIN);
        return refusals.judge(observed);
    }

    private static void moveAll(Model model, Step step) {
        int memory = model.task(step.task()).memory();
        boolean keep = step.get(FORM) == 1;
        indices(step)
                .filter(number -> page(model, step, number).isPresent())
                .forEach(number -> model.move(
                        step.task(),
                        new Place(memory, region(step), number),
                        new Place(memory, step.get(TO), number - first(step)),
                        keep));
    }
}
