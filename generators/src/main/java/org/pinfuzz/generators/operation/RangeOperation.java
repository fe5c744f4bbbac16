// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;

/** An operation on a range of pages of one region. Its first three parameters are the range. */
abstract class RangeOperation extends Operation {
    RangeOperation(String name, int code, Parameter... more) {
        super(name, code, concat(more));
    }

    private static Parameter[] concat(Parameter... more) {
        List<Parameter> all = new ArrayList<>(List.of(Parameters.REGION, Parameters.FIRST, Parameters.PAGES));
        all.addAll(List.of(more));
        return all.toArray(Parameter[]::new);
    }

    /** Draws the range. */
    Optional<Draw.Range> drawRange(Draw draw) {
        return draw.range();
    }

    /** Draws what comes after the range. */
    List<Integer> drawMore(Draw draw) {
        return List.of();
    }

    @Override
    public Optional<Step> draw(Draw draw) {
        return drawRange(draw).map(range -> {
            List<Integer> arguments = new ArrayList<>(List.of(range.region(), range.first(), range.pages()));
            arguments.addAll(drawMore(draw));
            return new Step(0, draw.task(), this, arguments);
        });
    }

    static int region(Step step) {
        return step.get(Parameters.REGION);
    }

    static int first(Step step) {
        return step.get(Parameters.FIRST);
    }

    /** How many pages of the range lie inside the slot; what lies beyond is never mapped. */
    static int pages(Step step) {
        return step.get(Parameters.PAGES);
    }

    static IntStream indices(Step step) {
        return IntStream.range(first(step), first(step) + pages(step));
    }

    static Optional<Page> page(Model model, Step step, int index) {
        return index < Region.MAX_PAGES ? model.page(step.task(), region(step), index) : Optional.empty();
    }

    /** Whether part of the range is not mapped. */
    static boolean hasHole(Model model, Step step) {
        return indices(step).anyMatch(index -> page(model, step, index).isEmpty());
    }
}
