// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;

/** {@code MADV_WIPEONFORK} of a range, or its undoing: a child finds zeroes there. */
final class WipeOnFork extends AdviceOperation {
    private final boolean wipe;

    private WipeOnFork(String name, int code, boolean wipe) {
        super(name, code);
        this.wipe = wipe;
    }

    static Operation wipe() {
        return new WipeOnFork("madv_wipeonfork", 51, true);
    }

    static Operation keep() {
        return new WipeOnFork("madv_keeponfork", 55, false);
    }

    @Override
    Optional<Draw.Range> drawRange(Draw draw) {
        return wipe ? draw.rangeWith(Page::privateAnonymous) : draw.range();
    }

    @Override
    public Family family() {
        return Family.ADVICE;
    }

    @Override
    String constant(Step step) {
        return wipe ? "MADV_WIPEONFORK" : "MADV_KEEPONFORK";
    }

    @Override
    Refusal refuses(Step step, Page page) {
        return wipe && !page.privateAnonymous() ? Refusal.ALWAYS : Refusal.NEVER;
    }

    @Override
    void advise(Model model, Step step, int page) {
        model.setWipeOnFork(step.task(), region(step), page, wipe);
    }
}
