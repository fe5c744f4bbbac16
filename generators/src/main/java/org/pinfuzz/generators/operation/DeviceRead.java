// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Accepted;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/** A device reads all pages of a pin: by the module, or by io_uring's {@code WRITE_FIXED} into a pipe. */
final class DeviceRead extends Operation {
    DeviceRead() {
        super("device_read", 14, Parameters.PIN);
    }

    @Override
    public List<Operation> simpler() {
        return List.of(Operations.READ);
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return draw.pin().map(pin -> Step.of(draw.task(), this, pin.number()));
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return PinAccess.usable(model, step).isEmpty();
    }

    @Override
    public void writeC(Step step, CText text) {
        Pin pin = PinAccess.usable(text.model(), step).orElseThrow();
        for (int i = 0; i < pin.pages().size(); i++) {
            Accepted accepted = pin.pages().get(i).accepted();
            String read = text.deviceRead(pin.number(), i);
            if (accepted.any() || accepted.values().size() != 1) {
                text.line("(void)" + read + ";");
            } else {
                long value = accepted.values().iterator().next();
                text.check(
                        read + " == " + CText.value(value),
                        "the device reads " + Tokens.text(value) + " through k" + pin.number() + " page " + i);
            }
        }
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        Pin pin = PinAccess.usable(model, step).orElseThrow();
        List<Mismatch> mismatches = new ArrayList<>();
        observed.ifPresent(trace -> {
            for (int i = 0; i < trace.values().size() && i < pin.pages().size(); i++) {
                Mismatch.ofDevice(pin, i, trace.values().get(i)).ifPresent(mismatches::add);
            }
        });
        return Results.zero().judge(observed, mismatches.toArray(Mismatch[]::new));
    }
}
