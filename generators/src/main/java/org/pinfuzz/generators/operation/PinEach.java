// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import org.pinfuzz.generators.program.Step;

/** Pins of a range page by page, in one descriptor: the first page that cannot be pinned ends it. */
final class PinEach extends ModulePin {
    PinEach() {
        super("pin_each", 68, Parameters.NEW_PIN, ACCESS, TERM, PATH);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.PIN);
    }

    @Override
    public int weight() {
        return 32;
    }

    @Override
    boolean givesParts(Step step) {
        return true;
    }
}
