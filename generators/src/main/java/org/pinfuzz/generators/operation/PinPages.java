// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import org.pinfuzz.generators.program.Step;

/** {@code pin_user_pages} or {@code pin_user_pages_fast} of a range at once. */
final class PinPages extends ModulePin {
    PinPages() {
        super("pin", 11, Parameters.NEW_PIN, ACCESS, TERM, PATH);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.WRITE, Operations.READ);
    }

    @Override
    public int weight() {
        return 192;
    }

    @Override
    public void writeC(Step step, CText text) {
        boolean write = step.get(ACCESS) == 0;
        text.pin(new CText.PinRequest(
                step.get(Parameters.NEW_PIN),
                region(step),
                first(step),
                pages(step),
                PinnedRange.accessible(text.model(), step, write),
                write,
                step.get(TERM) == 1,
                step.get(PATH) == 1));
    }

    /** The fast path answers the part that it got, whatever stopped the rest (internal_get_user_pages_fast). */
    @Override
    boolean givesParts(Step step) {
        return step.get(PATH) == 1;
    }
}
