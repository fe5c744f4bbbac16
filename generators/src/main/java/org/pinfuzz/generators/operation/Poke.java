// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Certainty;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * A write through {@code /proc/PID/mem} into another task's memory, which is forced (FOLL_FORCE): rights do not matter where
 * the page is private, if the kernel forces at all, and a copy is made where one is due.
 */
final class Poke extends VictimAccess {
    Poke() {
        super("poke", 67);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.WRITE);
    }

    @Override
    public int weight() {
        return 12;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Accesses accesses = new Accesses(observed);
        int victim = step.get(Parameters.VICTIM);
        indices(step).forEach(number -> {
            int offset = number - first(step);
            Optional<Page> page = page(model, step.withTask(victim), number);
            boolean writable = page.map(Page::writable).orElse(false);
            boolean forced = page.filter(there -> there.backed()
                            && !there.guard()
                            && !there.shared()
                            && there.missing() != Certainty.YES
                            && there.writeProtected() != Certainty.YES)
                    .isPresent();
            // Kernels can be told not to force (PROC_MEM_*); huge pages of the pool cannot be forced from 6.1 on.
            boolean mayFault = !writable || model.hugetlb(region(step));
            if (accesses.checkStore(offset, page, writable || forced, mayFault)) {
                model.write(victim, region(step), number, Tokens.of(index, offset));
            }
        });
        return accesses.judge();
    }
}
