// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * {@code mlock} of a range: it is faulted in, private writable pages as by a write, and stays in memory. A hole is -ENOMEM,
 * with what lies before it locked (apply_vma_lock_flags, mm/mlock.c).
 */
final class Mlock extends RangeOperation {
    Mlock() {
        super("mlock", 48);
    }

    @Override
    public Family family() {
        return Family.ADVICE;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.WRITE, Operations.READ);
    }

    @Override
    public int weight() {
        return 24;
    }

    @Override
    public void writeC(Step step, CText text) {
        String call = "mlock(" + text.at(region(step), first(step)) + ", " + CText.bytes(pages(step)) + ")";
        text.call(possible(text.model(), step) ? "!" + call : call + " < 0", "mlock");
    }

    private static boolean possible(Model model, Step step) {
        return indices(step)
                .allMatch(number -> page(model, step, number)
                        .filter(page -> page.readable() && !stopped(page))
                        .isPresent());
    }

    /** Whether userfaultfd stops the fault that fills the page in, or may do so. */
    private static boolean stopped(Page page) {
        boolean write = !page.shared() && page.protection().writable();
        return page.mayFault(write) || (write && !page.writable());
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        int task = step.task();
        int region = region(step);
        boolean limited = model.task(task).memlockPages().isPresent();
        long result = observed.map(StepTrace::result).orElse(0L);
        boolean hole = hasHole(model, step);
        boolean refused = limited && (result == Errno.EPERM.negated() || result == Errno.ENOMEM.negated());
        for (int number : indices(step).toArray()) {
            Optional<Page> page = page(model, step, number);
            if (page.isEmpty()) {
                break;
            }
            // Huge pages of the pool stay in memory anyway, and are not marked (mlock_fixup).
            if (refused) {
                model.setPerhapsLocked(task, region, number);
            } else if (!page.get().hugetlb()) {
                model.setLocked(task, region, number, true);
            }
            if (result == 0) {
                model.setResident(task, region, number);
            }
            if (page.get().protection().writable() && result == 0) {
                model.own(task, region, number);
            } else if (page.get().protection().writable()) {
                model.touchForPin(task, region, number);
            }
        }
        if (limited) {
            return Results.zeroOr(Errno.EPERM, Errno.ENOMEM, Errno.EAGAIN).judge(observed);
        }
        if (hole) {
            return Results.only(Errno.ENOMEM).judge(observed);
        }
        // What cannot be faulted in is told as -ENOMEM, after everything was locked (__mlock_posix_error_return).
        return (possible(model, step) ? Results.zeroOr(Errno.EAGAIN) : Results.zeroOr(Errno.ENOMEM, Errno.EAGAIN))
                .judge(observed);
    }
}
