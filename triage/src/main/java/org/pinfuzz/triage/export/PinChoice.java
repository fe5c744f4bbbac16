// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Handle;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/**
 * Which device makes each pin of a program.
 *
 * @param devices by the pin's number
 */
public record PinChoice(Map<Integer, PinDevice> devices) {
    public PinChoice {
        devices = Map.copyOf(devices);
    }

    /**
     * The choices that could serve a program, in the order in which they are tried: those that every kernel has first, the
     * module last. A program without pins has one empty choice.
     */
    public static List<PinChoice> candidates(Program program) {
        Map<Integer, Step> pins = new TreeMap<>();
        TreeSet<Integer> written = new TreeSet<>();
        for (Step step : program.steps()) {
            step.created()
                    .filter(handle -> handle.kind() == HandleKind.PIN)
                    .ifPresent(handle -> pins.put(handle.number(), step));
            if (step.operation() == Operations.DEVICE_WRITE) {
                step.used().stream()
                        .filter(handle -> handle.kind() == HandleKind.PIN)
                        .map(Handle::number)
                        .forEach(written::add);
            }
        }
        List<PinChoice> found = new ArrayList<>();
        add(found, pins.keySet().stream().collect(Collectors.toMap(pin -> pin, pin -> PinDevice.URING)));
        // A short pin next to a long one: only one that moves nothing itself shows what the long one does.
        Map<Integer, PinDevice> mixed = new TreeMap<>();
        Map<Integer, PinDevice> held = new TreeMap<>();
        pins.forEach((pin, step) -> {
            boolean brief = step.operation() == Operations.PIN
                    && step.argumentText().contains("term=short")
                    && !written.contains(pin);
            mixed.put(pin, brief ? PinDevice.SPLICE : PinDevice.URING);
            if (!written.contains(pin) && step.operation() == Operations.PIN) {
                held.put(pin, PinDevice.SPLICE);
            }
        });
        add(found, mixed);
        if (held.size() == pins.size()) {
            add(found, held);
        }
        if (pins.size() == 1 && written.isEmpty()) {
            add(found, Map.of(pins.keySet().iterator().next(), PinDevice.GUP_TEST));
        }
        add(found, pins.keySet().stream().collect(Collectors.toMap(pin -> pin, pin -> PinDevice.MODULE)));
        return List.copyOf(found);
    }

    private static void add(List<PinChoice> found, Map<Integer, PinDevice> devices) {
        PinChoice choice = new PinChoice(devices);
        if (!found.contains(choice)) {
            found.add(choice);
        }
    }

    /** Whether it needs pinfuzz's own module. */
    public boolean needsModule() {
        return devices.containsValue(PinDevice.MODULE);
    }

    /** The choice for people: {@code k0 by vmsplice, k1 by io_uring's fixed buffers}. */
    public String text() {
        TreeSet<PinDevice> used = new TreeSet<>(devices.values());
        if (used.isEmpty()) {
            return "no pins";
        }
        if (used.size() == 1) {
            return used.first().title();
        }
        return new TreeMap<>(devices)
                .entrySet().stream()
                        .map(entry ->
                                "k" + entry.getKey() + " by " + entry.getValue().title())
                        .collect(Collectors.joining(", "));
    }
}
