// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCases;
import net.jqwik.api.RandomGenerator;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;

/**
 * Programs as a jqwik arbitrary: the same in a campaign, in a {@code @Property} and in users' own tests. It needs nothing
 * but jqwik's API, no engine and no session. Each program is drawn with the weights of a swarm slice of its own.
 */
public final class ProgramArbitrary implements Arbitrary<Program> {
    private final List<Operation> operations;
    private final int minSteps;
    private final int maxSteps;

    /**
     * @param operations what programs may be made of
     * @param minSteps fewest steps that are aimed at
     * @param maxSteps most steps
     */
    public ProgramArbitrary(List<Operation> operations, int minSteps, int maxSteps) {
        this.operations = List.copyOf(operations);
        this.minSteps = minSteps;
        this.maxSteps = maxSteps;
    }

    /** Programs of all operations, from one to {@code maxSteps} steps. */
    public static ProgramArbitrary ofAll(int maxSteps) {
        return new ProgramArbitrary(Operations.all(), 1, maxSteps);
    }

    @Override
    public RandomGenerator<Program> generator(int genSize) {
        return random -> new ProgramShrinkable(draw(random));
    }

    @Override
    public EdgeCases<Program> edgeCases(int maxEdgeCases) {
        return EdgeCases.none();
    }

    private Program draw(Random random) {
        return new ProgramDrawer(Swarm.slice(operations, random), minSteps, maxSteps).draw(random);
    }
}
