// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.pinfuzz.generators.draw.ProgramDrawer;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;

/** Drawn programs of fifty steps that run into a planted bug. */
final class DrawnPrograms {
    static final int STEPS = 50;

    /** A bug that nothing among so many programs runs into is not looked for further. */
    private static final long SEEDS = 30_000;

    private DrawnPrograms() {}

    /** Runs whose first violation is of an invariant and a page kind, in the order of their seeds. */
    static Stream<Oracle.Run> breaking(Plant plant, String invariant, String pageKind) {
        SimulatedOracle oracle = SimulatedOracle.with(plant, 1);
        return LongStream.range(0, SEEDS)
                .mapToObj(DrawnPrograms::draw)
                .filter(program -> program.size() == STEPS)
                .map(oracle::run)
                .filter(run -> {
                    Optional<Violation> first = run.judgement().first();
                    return first.filter(violation -> violation.invariant().equals(invariant)
                                    && violation.pageKind().equals(pageKind))
                            .isPresent();
                });
    }

    private static Program draw(long seed) {
        Random random = new Random(seed);
        return new ProgramDrawer(Swarm.slice(SimulatedKernel.operations(), random), STEPS, STEPS).draw(random);
    }
}
