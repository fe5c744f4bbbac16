// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code mremap} in place: what lies behind the new size is unmapped, or the mapping grows where nothing is mapped. */
final class MremapResize extends RangeOperation {
    private static final Parameter SIZE = Parameter.count("size", 1, Region.MAX_PAGES);

    MremapResize() {
        super("mremap_resize", 65, SIZE);
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
        return 16;
    }

    @Override
    List<Integer> drawMore(Draw draw) {
        return List.of(draw.pages());
    }

    /** What would grow out of its slot is left alone. */
    @Override
    public boolean skipped(Model model, Step step) {
        return first(step) + Math.max(pages(step), step.get(SIZE)) > Region.MAX_PAGES;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        int size = step.get(SIZE);
        Optional<Page> start = page(model, step, first(step));
        boolean odd = start.isEmpty() || model.hugetlb(region(step)) || hasHole(model, step);
        boolean canGrow = canGrow(model, step);
        boolean expected = size > pages(step) ? canGrow : start.isPresent();
        long result = observed.map(StepTrace::result).orElse(expected ? 0L : Errno.EFAULT.negated());
        if (result == 0 && size < pages(step)) {
            for (int number = first(step) + size; number < first(step) + pages(step); number++) {
                model.unmap(step.task(), region(step), number);
            }
        } else if (result == 0 && size > pages(step) && canGrow) {
            model.grow(step.task(), region(step), first(step) + pages(step) - 1, size - pages(step));
        }
        if (size <= pages(step)) {
            // Before 5.18 a shrinking call unmapped first and never asked what lies at its start.
            return (odd ? Results.zeroOr(Errno.EFAULT, Errno.EINVAL) : Results.zeroOr(Errno.EFAULT)).judge(observed);
        }
        Results errors = Results.only(Errno.EFAULT, Errno.ENOMEM, Errno.EINVAL, Errno.EAGAIN);
        return (canGrow ? errors.orZero() : errors).judge(observed);
    }

    /** Whether one mapping of the kernel can grow as it is asked to. */
    private static boolean canGrow(Model model, Step step) {
        if (hasHole(model, step) || model.hugetlb(region(step))) {
            return false;
        }
        for (int number = first(step) + pages(step); number < first(step) + step.get(SIZE); number++) {
            if (page(model, step, number).isPresent()) {
                return false;
            }
        }
        Page last = page(model, step, first(step) + pages(step) - 1).orElseThrow();
        return indices(step)
                .allMatch(number -> !page(model, step, number).orElseThrow().unlike(last));
    }
}
