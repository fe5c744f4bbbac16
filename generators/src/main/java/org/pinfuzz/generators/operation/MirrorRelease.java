// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** The device gives all of its memory back, whoever has pages there: they come back into the system's. */
final class MirrorRelease extends MirrorOperation {
    MirrorRelease() {
        super("mirror_release", 88);
    }

    @Override
    public int weight() {
        return 3;
    }

    @Override
    public boolean migrates(Step step) {
        return true;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
