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
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code UFFDIO_REGISTER} of a range in one mode, which replaces another one. Holes are left out; files of disks are
 * refused, and all but private memory may be for write protection (before 5.19; vma_can_userfault).
 */
final class UffdRegister extends UffdOperation {
    private static final Parameter MODE = Parameter.choice("mode", "wp", "missing");

    UffdRegister() {
        super("uffd_register", 80, MODE);
    }

    @Override
    public int weight() {
        return 32;
    }

    @Override
    List<Integer> drawMore(Draw draw) {
        return List.of(draw.random().nextInt(2));
    }

    private static UffdMode mode(Step step) {
        return UffdMode.values()[step.get(MODE)];
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        List<Page> pages = indices(step)
                .mapToObj(number -> page(model, step, number))
                .flatMap(Optional::stream)
                .toList();
        if (pages.isEmpty() || pages.stream().anyMatch(Page::onDisk)) {
            return Results.only(Errno.EINVAL).judge(observed);
        }
        long result = observed.map(StepTrace::result).orElse(0L);
        if (result == Errno.ENOMEM.negated()) {
            return Expectation.lost("0, or -ENOMEM after a part was registered");
        }
        if (result == 0) {
            indices(step).forEach(number -> register(model, step, number, observed));
        }
        boolean onlyPrivate = pages.stream().allMatch(Page::privateAnonymous);
        return (mode(step) == UffdMode.MISSING || onlyPrivate ? Results.zero() : Results.zeroOr(Errno.EINVAL))
                .judge(observed);
    }

    private static void register(Model model, Step step, int number, Optional<StepTrace> observed) {
        Optional<MappingFact> fact = fact(observed, step, region(step), number);
        Certainty found = fact.map(mapping -> mapping.there() ? Certainty.NO : Certainty.YES)
                .orElse(Certainty.MAYBE);
        // Whether a mark counts again that an earlier registration left, nobody says; without one nothing is protected
        // yet.
        boolean marked = fact.map(MappingFact::writeProtected)
                .orElse(page(model, step, number).flatMap(Page::registered).isPresent());
        Certainty left = marked ? Certainty.MAYBE : Certainty.NO;
        model.register(step.task(), region(step), number, mode(step), found, left);
    }
}
