// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import static java.util.Objects.requireNonNull;

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

    /** Shortlex: fewer steps first, then smaller arguments. */
    @Override
    public ShrinkingDistance distance() {
        long sum = 0;
        for (Step step : program.steps()) {
            sum += step.task()
                    + step.arguments().stream().mapToInt(Integer::intValue).sum();
        }
        return ShrinkingDistance.of(program.size(), sum);
    }
}
