// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;

/**
 * {@code MADV_FREE} of a range: the kernel may drop what private anonymous pages hold, until they are written again. Pins
 * of them promise nothing more.
 */
final class MadvFree extends AdviceOperation {
    MadvFree() {
        super("madv_free", 50);
    }

    @Override
    Optional<Draw.Range> drawRange(Draw draw) {
        return draw.rangeWith(page -> page.privateAnonymous() && page.owned());
    }

    @Override
    public Family family() {
        return Family.ADVICE;
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.MADVISE, Operations.MUNMAP);
    }

    @Override
    String constant(Step step) {
        return "MADV_FREE";
    }

    @Override
    Refusal refuses(Step step, Page page) {
        return page.locked() || !page.privateAnonymous() ? Refusal.ALWAYS : Refusal.NEVER;
    }

    @Override
    void advise(Model model, Step step, int page) {
        model.offerToFree(step.task(), region(step), page);
    }
}
