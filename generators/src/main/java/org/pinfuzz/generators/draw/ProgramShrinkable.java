// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.ShrinkingDistance;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/** A program that jqwik can shrink, by the same candidates as triage. */
public final class ProgramShrinkable implements Shrinkable<Program> {
    private final Program program;

    public ProgramShrinkable(Program program) {
        this.program = requireNonNull(program, "program is null");
    }

    @Override
    public Program value() {
        return program;
    }

    @Override
    public Stream<Shrinkable<Program>> shrink() {
        return ProgramShrinks.candidates(program).map(ProgramShrinkable::new);
    }

    /** As {@link ProgramOrder} has it: fewer steps first, then step by step. */
    @Override
    public ShrinkingDistance distance() {
        List<ShrinkingDistance> parts = new ArrayList<>();
        parts.add(ShrinkingDistance.of(program.size()));
        for (Step step : program.steps()) {
            long[] key = ProgramOrder.key(step).stream()
                    .mapToLong(Integer::longValue)
                    .toArray();
            parts.add(ShrinkingDistance.of(key));
        }
        return parts.stream().reduce(ShrinkingDistance::append).orElse(ShrinkingDistance.MIN);
    }
}
