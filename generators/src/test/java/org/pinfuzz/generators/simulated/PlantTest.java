// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinfuzz.generators.draw.ProgramArbitrary;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.program.Program;

class PlantTest {
    private static final KernelVersion KERNEL = KernelVersion.parse(SimulatedKernel.RELEASE);
    private static final int PROGRAMS = 3000;

    @ParameterizedTest
    @CsvSource({
        "LONG_TERM_PIN_STAYS_MOVABLE, LT-ZONE",
        "LONG_TERM_PIN_GOES_TO_CMA, LT-CMA",
        "SWAPPED_OUT_WHILE_PINNED, LT-STAY",
        "COW_AFTER_MPROTECT, PIN-COHERENT-W",
        "READ_PIN_DOES_NOT_UNSHARE, PAE-PIN",
        "READ_PIN_OF_ZERO_DOES_NOT_UNSHARE, PIN-COHERENT-R",
        "READ_PIN_OF_FILE_DOES_NOT_UNSHARE, PIN-COHERENT-R",
        "FORK_SHARES_PINNED, FORK-PARENT-KEEPS",
        "MIGRATION_IGNORES_PINS, LT-STAY",
        "PIN_LEAKS_ON_SHORT_COUNT, PIN-BALANCE",
        "FREED_WHILE_PINNED, NO-FREE-WHILE-PINNED",
        "CHILD_SEES_DEVICE_WRITE, PAE-SHARED",
        "PIN_IGNORES_PROTECTION, PERM",
        "MEMPINFD_LEAKS_SHORT_PIN, MEMPIN-RELEASE",
        "MEMPINFD_ANSWERS_COUNT, MEMPIN-VALUE",
        "MEMPINFD_SERVES_NOTHING, MEMPIN-WHOLE",
        "MEMPINFD_FORGETS_CHARGE, MEMPIN-ACCOUNTED",
        "MEMPINFD_UNPINS_FOR_ANYBODY, MEMPIN-OWNER",
        "MEMPINFD_WRITES_LOG, MEMPIN-QUIET",
        "MEMPINFD_TELLS_BUSY, MEMPIN-ERRNO",
        "MEMPINFD_FORCES, MEMPIN-RIGHTS",
    })
    void eachPlantedBugIsReportedUnderTheInvariantThatItBreaks(Plant plant, String invariant) {
        SimulatedKernel kernel = new SimulatedKernel(Set.of(plant));
        RandomGenerator<Program> programs =
                new ProgramArbitrary(SimulatedKernel.operations(), 1, Program.MAX_STEPS).generator(PROGRAMS);
        Random random = new Random(1);
        Map<String, Integer> reported = new TreeMap<>();
        for (int i = 0; i < PROGRAMS; i++) {
            Program program = programs.next(random).value();
            Judge.judge(program, kernel.run(program), List.of(), KERNEL)
                    .first()
                    .ifPresent(violation -> reported.merge(violation.invariant(), 1, Integer::sum));
        }

        int expected = reported.getOrDefault(invariant, 0);
        int others = reported.values().stream().mapToInt(Integer::intValue).sum() - expected;
        assertThat(expected)
                .as("programs by invariant: %s", reported)
                .isPositive()
                .isGreaterThan(others / 2);
    }
}
