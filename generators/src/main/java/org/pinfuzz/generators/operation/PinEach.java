// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;

/** Pins of a range page by page, in one descriptor: the first page that cannot be pinned ends it. */
final class PinEach extends ModulePin {
    private static final Parameter PATH = Parameter.choice("path", "slow", "fast");

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
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.PIN)
                .flatMap(pin -> draw.range()
                        .map(range -> Step.of(
                                draw.task(),
                                this,
                                range.region(),
                                range.first(),
                                range.pages(),
                                pin,
                                draw.random().nextInt(2),
                                draw.random().nextInt(2),
                                draw.random().nextInt(2))));
    }

    @Override
    boolean givesParts(Step step) {
        return true;
    }
}
