// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;

class ProgramDrawerTest {
    private static final ProgramDrawer DRAWER = new ProgramDrawer(Swarm.even(Operations.all()), 4, 22);

    /** Generations of children, each of the one before. */
    private static List<Program> generations(long seed, int count) {
        Random random = new Random(seed);
        List<Program> programs = new ArrayList<>(List.of(DRAWER.draw(random)));
        while (programs.size() < count) {
            programs.add(DRAWER.mutate(programs.get(programs.size() - 1), random));
        }
        return programs;
    }

    @Test
    void theSameSeedDrawsTheSamePrograms() {
        assertThat(generations(5, 50)).isEqualTo(generations(5, 50)).isNotEqualTo(generations(6, 50));
    }

    @Test
    void drawnProgramsHaveTheLengthAskedForAndNearlyAllPin() {
        List<Program> programs = new Random(1)
                .longs(1000)
                .mapToObj(seed -> DRAWER.draw(new Random(seed)))
                .toList();

        assertThat(programs).allMatch(program -> program.size() >= 4 && program.size() <= 22);
        assertThat(programs)
                .filteredOn(program -> program.handles(HandleKind.PIN) > 0)
                .hasSizeGreaterThan(950);
    }

    @Test
    void everyChildIsAProgramThatRunsAndDiffersFromItsParent() {
        int same = 0;
        for (long seed = 0; seed < 20; seed++) {
            List<Program> line = generations(seed, 50);
            for (int i = 0; i < line.size(); i++) {
                Program program = line.get(i);
                assertThat(program.size()).isBetween(1, Program.MAX_STEPS);
                assertThat(Program.prune(program.steps())).isEqualTo(program);
                assertThat(Operations.JSON.read(Operations.JSON.write(program), "a test"))
                        .isEqualTo(program);
                same += i > 0 && program.equals(line.get(i - 1)) ? 1 : 0;
            }
        }
        assertThat(same).as("children equal to their parents, of 980").isLessThan(100);
    }

    @Test
    void theEmptyProgramHasChildrenToo() {
        assertThat(DRAWER.mutate(new Program(List.of()), new Random(1)).size()).isPositive();
    }

    @Test
    void onlyOperationsOfTheSwarmAreDrawn() {
        Swarm swarm = Swarm.even(Swarm.supported(Set.of()));
        ProgramDrawer drawer = new ProgramDrawer(swarm, 1, Program.MAX_STEPS);

        assertThat(new Random(1).longs(100).mapToObj(seed -> drawer.draw(new Random(seed))))
                .allMatch(program -> program.steps().stream()
                        .allMatch(step -> swarm.weights().containsKey(Operations.of(step))));
    }

    @Test
    void lengthsThatNoProgramHasAreRefused() {
        Swarm swarm = Swarm.even(Operations.all());

        assertThatThrownBy(() -> new ProgramDrawer(swarm, 0, 5)).hasMessage("steps from 0 to 5, outside 1..64");
        assertThatThrownBy(() -> new ProgramDrawer(swarm, 6, 5)).hasMessage("steps from 6 to 5, outside 1..64");
        assertThatThrownBy(() -> new ProgramDrawer(swarm, 1, 65)).hasMessage("steps from 1 to 65, outside 1..64");
    }
}
