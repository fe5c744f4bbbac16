// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * What of the kernel's behaviour a run showed: which operation, outcome and change of page facts was seen in which state
 * of the model, as hashes. A program that shows something new is worth keeping; it works on every kernel.
 */
final class Signal {
    private static final int SHOWN_PAGES = 2;
    private static final int TELLING_FLAGS = 1 << PageFact.Flag.ANON.ordinal()
            | 1 << PageFact.Flag.EXCLUSIVE.ordinal()
            | 1 << PageFact.Flag.SHARED.ordinal()
            | 1 << PageFact.Flag.MAYBE_PINNED.ordinal()
            | 1 << PageFact.Flag.ZERO.ordinal();

    private final Set<Long> seen = new HashSet<>();
    private final Map<MappingFact, Integer> lastState = new HashMap<>();

    Set<Long> seen() {
        return seen;
    }

    void add(Step step, StepTrace trace, Model model) {
        long shape = shape(step, trace);
        seen.add(shape);
        int shown = 0;
        for (MappingFact mapping : trace.mappings()) {
            if (shown++ == SHOWN_PAGES) {
                break;
            }
            MappingFact place = new MappingFact(mapping.task(), mapping.region(), mapping.page(), 0);
            int state = state(mapping, trace.pages(), model);
            seen.add(mix(shape, state));
            seen.add(mix(mix(step.operation().code(), state), lastState.getOrDefault(place, 0)));
            lastState.put(place, state);
        }
    }

    private static long shape(Step step, StepTrace trace) {
        long hash = step.operation().code();
        List<Parameter> parameters = step.operation().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i) instanceof Parameter.Choice) {
                hash = mix(hash, step.arguments().get(i));
            }
        }
        return mix(hash, trace.result() < 0 ? trace.result() : trace.result() == 0 ? 0 : 1);
    }

    /** A page as it stands: what the kernel says of its frame, what the model says of it, and how it is pinned. */
    private static int state(MappingFact mapping, List<PageFact> pages, Model model) {
        int state = mapping.present() ? 1 : mapping.swapped() ? 2 : 0;
        for (PageFact page : pages) {
            if (page.pfn() == mapping.pfn() && mapping.present()) {
                state = state * 31 + (page.flags() & TELLING_FLAGS);
                state = state * 31
                        + (page.zone() == PageFact.ZONE_MOVABLE ? 1 : 0)
                        + (page.migratetype() == PageFact.MIGRATETYPE_CMA ? 2 : 0);
            }
        }
        state = state * 31
                + model.page(mapping.task(), mapping.region(), mapping.page())
                        .map(page -> page.kind().ordinal() * 2 + (page.writable() ? 1 : 0))
                        .orElse(-1);
        int pins = 0;
        for (Pin pin : model.livePins()) {
            int offset = mapping.page() - pin.first();
            if (pin.region() == mapping.region()
                    && offset >= 0
                    && offset < pin.pages().size()) {
                pins |= pin.mode().write() ? 1 : 2;
            }
        }
        return state * 31 + pins;
    }

    /** Mixes a value into a hash (the finaliser of SplitMix64). */
    private static long mix(long hash, long value) {
        long z = hash * 0x9e3779b97f4a7c15L + value + 0x632be59bd9b4e019L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
