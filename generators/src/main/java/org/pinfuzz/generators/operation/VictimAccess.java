// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;

/** An access to a range in the memory of another task, which is the parameter behind the range. */
abstract class VictimAccess extends RangeOperation {
    VictimAccess(String name, int code) {
        super(name, code, Parameters.VICTIM);
    }

    @Override
    public final Family family() {
        return Family.OTHERS;
    }

    @Override
    public final Optional<Step> draw(Draw draw) {
        return draw.otherTask()
                .flatMap(victim -> draw.rangeOf(victim)
                        .map(range ->
                                Step.of(draw.task(), this, range.region(), range.first(), range.pages(), victim)));
    }

    @Override
    public final boolean skipped(Model model, Step step) {
        return Parameters.noVictim(model, step);
    }
}
