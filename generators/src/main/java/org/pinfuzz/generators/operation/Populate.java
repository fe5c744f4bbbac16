// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code MADV_POPULATE_READ} and {@code MADV_POPULATE_WRITE} of a range (5.14): faults its pages in as a read or a write
 * would, and changes nothing that they hold. It stops at the first page that cannot be had (madvise_populate, mm/madvise.c).
 */
final class Populate extends RangeOperation {
    private final boolean write;

    private Populate(String name, int code, boolean write) {
        super(name, code);
        this.write = write;
    }

    static Operation read() {
        return new Populate("madv_populate_read", 60, false);
    }

    static Operation write() {
        return new Populate("madv_populate_write", 61, true);
    }

    @Override
    public Family family() {
        return Family.ADVICE;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(write ? Operations.WRITE : Operations.READ);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.POPULATE);
    }

    @Override
    public int weight() {
        return 24;
    }

    @Override
    public void writeC(Step step, CText text) {
        text.uses("advice");
        String call = "madvise(" + text.at(region(step), first(step)) + ", " + CText.bytes(pages(step)) + ", "
                + (write ? "MADV_POPULATE_WRITE" : "MADV_POPULATE_READ") + ")";
        boolean whole = accessible(text.model(), step) == pages(step);
        text.call(whole ? "!" + call : call + " < 0", "madvise");
    }

    private int accessible(Model model, Step step) {
        return PinnedRange.accessible(model, step, write);
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        int possible = accessible(model, step);
        boolean whole = possible == pages(step);
        long result = observed.map(StepTrace::result).orElse(whole ? 0L : Errno.ENOMEM.negated());
        Results allowed = allowed(model, step, possible);
        indices(step).forEach(number -> model.readIn(step.task(), region(step), number));
        indices(step)
                .filter(number -> write
                        && page(model, step, number).filter(Page::writable).isPresent())
                .forEach(number -> {
                    if (result == 0) {
                        model.own(step.task(), region(step), number);
                    } else {
                        model.touchForPin(step.task(), region(step), number);
                    }
                });
        return allowed.judge(observed).by(AnswerRule.POPULATE);
    }

    private Results allowed(Model model, Step step, int possible) {
        Optional<Page> stop = page(model, step, first(step) + possible);
        boolean mayFault = indices(step)
                .anyMatch(number -> page(model, step, number)
                        .filter(there -> there.mayFault(write))
                        .isPresent());
        if (possible == pages(step) && mayFault) {
            return Results.zeroOr(Errno.ENOMEM, Errno.EFAULT);
        }
        if (possible == pages(step)) {
            boolean pool = model.hugetlb(region(step));
            return pool ? Results.zeroOr(Errno.ENOMEM, Errno.EFAULT) : Results.zeroOr(Errno.ENOMEM);
        }
        if (stop.isEmpty()) {
            // Some versions go on behind a hole, and answer what they meet there.
            return Results.only(Errno.ENOMEM, Errno.EFAULT, Errno.EINVAL);
        }
        // A guard or the end of a file would be SIGBUS or SIGSEGV, missing rights are asked before (check_vma_flags).
        boolean rights = write
                ? stop.get().protection().writable()
                : stop.get().protection().readable();
        return mayFault
                ? Results.only(Errno.EFAULT, Errno.EINVAL, Errno.ENOMEM)
                : Results.only(rights ? Errno.EFAULT : Errno.EINVAL, Errno.ENOMEM);
    }
}
