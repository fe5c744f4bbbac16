// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Step;

/** {@code pin_user_pages_remote}: pages of another task's memory, in a descriptor of the caller's. */
final class PinRemote extends ModulePin {
    PinRemote() {
        super("pin_remote", 69, Parameters.VICTIM, Parameters.NEW_PIN, ACCESS, TERM);
    }

    @Override
    public Family family() {
        return Family.OTHERS;
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
    int owner(Step step) {
        return step.get(Parameters.VICTIM);
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.PIN)
                .flatMap(pin -> draw.otherTask()
                        .flatMap(victim -> draw.rangeOf(victim)
                                .map(range -> Step.of(
                                        draw.task(),
                                        this,
                                        range.region(),
                                        range.first(),
                                        range.pages(),
                                        victim,
                                        pin,
                                        draw.random().nextInt(2),
                                        draw.random().nextInt(2)))));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return Parameters.noVictim(model, step);
    }

    @Override
    boolean givesParts(Step step) {
        return false;
    }
}
