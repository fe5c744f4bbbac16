// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinfuzz.generators.operation.Operations.COMPACT;
import static org.pinfuzz.generators.operation.Operations.FORK;
import static org.pinfuzz.generators.operation.Operations.MEMFD_CREATE;
import static org.pinfuzz.generators.operation.Operations.MMAP;
import static org.pinfuzz.generators.operation.Operations.MMAP_FILE;
import static org.pinfuzz.generators.operation.Operations.PIN;
import static org.pinfuzz.generators.operation.Operations.READ;
import static org.pinfuzz.generators.operation.Operations.UNPIN;
import static org.pinfuzz.generators.operation.Operations.WRITE;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
    private static final Step MAP = Step.of(0, MMAP, 0, 2, 0, 0);
    private static final Step CHILD = Step.of(0, FORK, 1);
    private static final Step PINNED = Step.of(0, PIN, 0, 0, 1, 0, 0, 0, 0);
    private static final Step UNPINNED = Step.of(0, UNPIN, 0);
    private static final Step CHILD_WRITES = Step.of(1, WRITE, 0, 0, 1);

    @Test
    void whatNoEarlierStepCreatesCannotBeUsed() {
        assertThatThrownBy(() -> new Program(List.of(MAP, UNPINNED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("step 1 (t0: unpin pin=k0) uses k0, which no earlier step creates");
        assertThatThrownBy(() -> new Program(List.of(MAP, CHILD_WRITES, CHILD)))
                .hasMessageContaining("step 1")
                .hasMessageContaining("uses t1, which no earlier step creates");
    }

    @Test
    void aHandleIsCreatedOnce() {
        assertThatThrownBy(() -> new Program(List.of(MAP, MAP)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("step 1")
                .hasMessageEndingWith("creates r0 a second time");
        assertThatThrownBy(() -> new Program(List.of(Step.of(0, FORK, 0))))
                .hasMessageEndingWith("creates t0 a second time");
    }

    @Test
    void aProgramHasAtMostAsManyStepsAsTheAgentHasPlaces() {
        Step compact = Step.of(0, COMPACT);

        assertThat(new Program(Collections.nCopies(Program.MAX_STEPS, compact)).size())
                .isEqualTo(64);
        assertThatThrownBy(() -> new Program(Collections.nCopies(Program.MAX_STEPS + 1, compact)))
                .hasMessage("a program has at most 64 steps, this one has 65");
    }

    @Test
    void aStepOutsideItsLimitsIsRefused() {
        assertThatThrownBy(() -> Step.of(0, MMAP, 8, 1, 0, 0)).hasMessage("mmap.region is 8, outside 0..7");
        assertThatThrownBy(() -> Step.of(0, MMAP, 0, 9, 0, 0)).hasMessage("mmap.pages is 9, outside 1..8");
        assertThatThrownBy(() -> Step.of(0, MMAP, 0, 1, 2, 0)).hasMessage("mmap.sharing is 2, outside 0..1");
        assertThatThrownBy(() -> Step.of(6, COMPACT)).hasMessage("task t6 is outside t0..t5");
        assertThatThrownBy(() -> Step.of(0, COMPACT, 1)).hasMessage("compact takes 0 arguments, not 1");
        assertThatThrownBy(() -> new Step(16, 0, COMPACT, List.of())).hasMessage("lane 16 is outside 0..15");
    }

    @Test
    void pruningDropsTheUsersOfWhatIsGoneAndTheirUsers() {
        assertThat(Program.prune(List.of(CHILD, PINNED, UNPINNED, CHILD_WRITES)).steps())
                .containsExactly(CHILD);
        assertThat(Program.prune(List.of(MAP, MAP, PINNED)).steps()).containsExactly(MAP, PINNED);
        assertThat(Program.prune(List.of(UNPINNED)).size()).isZero();
    }

    @Test
    void pruningLeavesAProgramAlone() {
        Program program = new Program(List.of(MAP, CHILD, PINNED, CHILD_WRITES, UNPINNED));

        assertThat(Program.prune(program.steps())).isEqualTo(program);
        assertThat(program.filtered(index -> true)).isEqualTo(program);
    }

    @Test
    void filteringKeepsWhatStillHasItsHandles() {
        Program program = new Program(List.of(MAP, CHILD, PINNED, CHILD_WRITES, UNPINNED));

        assertThat(program.filtered(index -> index != 1).steps()).containsExactly(MAP, PINNED, UNPINNED);
        assertThat(program.filtered(index -> index != 0).steps()).containsExactly(CHILD);
        assertThat(program.with(2, Step.of(0, READ, 0, 0, 1)).steps())
                .containsExactly(MAP, CHILD, Step.of(0, READ, 0, 0, 1), CHILD_WRITES);
    }

    @Test
    void canonicalNumbersFollowTheOrderOfCreation() {
        Program program = new Program(List.of(
                Step.of(0, MEMFD_CREATE, 3, 1),
                Step.of(0, MMAP_FILE, 7, 3, 1, 0, 0),
                Step.of(0, FORK, 5),
                Step.of(5, MMAP, 2, 1, 0, 0),
                Step.of(5, PIN, 2, 0, 1, 11, 0, 0, 0),
                Step.of(0, WRITE, 7, 0, 1),
                Step.of(5, UNPIN, 11)));

        Program canonical = program.canonical();

        assertThat(canonical.steps())
                .containsExactly(
                        Step.of(0, MEMFD_CREATE, 0, 1),
                        Step.of(0, MMAP_FILE, 0, 0, 1, 0, 0),
                        Step.of(0, FORK, 1),
                        Step.of(1, MMAP, 1, 1, 0, 0),
                        Step.of(1, PIN, 1, 0, 1, 0, 0, 0, 0),
                        Step.of(0, WRITE, 0, 0, 1),
                        Step.of(1, UNPIN, 0));
        assertThat(canonical.canonical()).isEqualTo(canonical);
    }

    @Test
    void aProgramNeedsOneHandleMoreThanItsLargestNumber() {
        Program program = new Program(List.of(Step.of(0, MMAP, 3, 1, 0, 0)));

        assertThat(program.handles(HandleKind.REGION)).isEqualTo(4);
        assertThat(program.handles(HandleKind.TASK)).isEqualTo(1);
        assertThat(program.handles(HandleKind.PIN)).isZero();
    }
}
