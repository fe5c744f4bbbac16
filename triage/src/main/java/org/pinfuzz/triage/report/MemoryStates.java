// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.invariant.Moment;
import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.operation.Expectation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.Trace;

/** Leads the model through a stored run once more and keeps what stood before and after one step. */
final class MemoryStates {
    private final Map<MemoryState.Place, Long> pfns = new HashMap<>();
    private final Map<Long, PageFact> facts = new HashMap<>();
    private final Map<Integer, String> expected = new TreeMap<>();
    private final List<Cell> names = new ArrayList<>();
    private Optional<MemoryState> before = Optional.empty();
    private Optional<MemoryState> after = Optional.empty();

    private MemoryStates() {}

    /** @param broken the step to look at; the number of steps for the end */
    static MemoryStates of(Program program, Trace trace, KernelVersion kernel, int broken) {
        MemoryStates states = new MemoryStates();
        Judge.judge(program, trace, List.of(), kernel, moment -> states.look(moment, broken));
        return states;
    }

    private void look(Moment moment, int broken) {
        for (MappingFact mapping : moment.mappings()) {
            pfns.put(new MemoryState.Place(mapping.task(), mapping.region(), mapping.page()), mapping.pfn());
        }
        for (PageFact page : moment.pages()) {
            facts.put(page.pfn(), page);
        }
        expected.put(
                moment.index(), moment.expectation().map(Expectation::allowed).orElse(""));
        String step = moment.step().map(Object::toString).map(String::strip).orElse("the end");
        if (moment.index() < broken) {
            before = Optional.of(state("before: after step " + moment.index() + ", " + step, moment));
        } else if (moment.index() == broken) {
            String at = moment.step().isPresent() ? "step " + broken + ", " + step : step;
            after = Optional.of(state("after: " + at, moment));
        }
    }

    private MemoryState state(String title, Moment moment) {
        return MemoryState.of(title, moment, pfns, facts, names);
    }

    /** What the model expected of each step that was judged. */
    Map<Integer, String> expected() {
        return expected;
    }

    /** The state before and the state after, as far as there is one. */
    List<MemoryState> states() {
        return java.util.stream.Stream.of(before, after)
                .flatMap(Optional::stream)
                .toList();
    }
}
