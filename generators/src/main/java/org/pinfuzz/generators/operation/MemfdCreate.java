// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** {@code memfd_create} and {@code ftruncate}: a memory file of some pages. */
final class MemfdCreate extends Operation {
    private static final Parameter FILE = Parameter.creates("file", HandleKind.FILE);

    MemfdCreate() {
        super("memfd_create", 3, FILE, Parameters.PAGES);
    }

    @Override
    public int weight() {
        return 40;
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.fresh(HandleKind.FILE).map(file -> Step.of(draw.task(), this, file, draw.pages()));
    }

    @Override
    public void writeC(Step step, CText text) {
        String file = HandleKind.FILE.text(step.get(FILE));
        text.line(file + " = memfd_create(\"" + file + "\", MFD_CLOEXEC);");
        text.call(
                file + " >= 0 && !ftruncate(" + file + ", " + CText.bytes(step.get(Parameters.PAGES)) + ")",
                "a memory file");
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            model.createFile(step.task(), step.get(FILE), step.get(Parameters.PAGES));
        }
        return Results.zeroOr(Errno.ENOMEM).judge(observed);
    }
}
