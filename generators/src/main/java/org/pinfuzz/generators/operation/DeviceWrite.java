// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** A device writes a fresh value to all pages of a pin: by the module, or by io_uring's {@code READ_FIXED} from a pipe. */
final class DeviceWrite extends Operation {
    DeviceWrite() {
        super("device_write", 15, Parameters.PIN);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.WRITE);
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        List<Pin> writable = draw.model().livePins().stream()
                .filter(pin -> pin.usableBy(draw.task()) && pin.mode().deviceWrites())
                .toList();
        return draw.oneOf(writable).map(pin -> Step.of(draw.task(), this, pin.number()));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return PinAccess.usable(model, step).isEmpty();
    }

    @Override
    public void writeC(Step step, CText text) {
        Pin pin = PinAccess.usable(text.model(), step).orElseThrow();
        for (int i = 0; pin.mode().deviceWrites() && i < pin.pages().size(); i++) {
            text.deviceWrite(pin.number(), i, Tokens.of(text.index(), i));
        }
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Pin pin = PinAccess.usable(model, step).orElseThrow();
        if (!pin.mode().deviceWrites()) {
            return Results.only(Errno.EACCES).judge(observed);
        }
        if (observed.map(trace -> trace.result() == 0).orElse(true)) {
            for (int i = 0; i < pin.pages().size(); i++) {
                model.deviceWrite(pin, i, Tokens.of(index, i));
            }
        }
        return Results.zero().judge(observed);
    }
}
