// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.pinfuzz.generators.draw.ProgramArbitrary;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.OperationType;
import org.pinfuzz.generators.program.Program;

class SyzProperties {
    private static final List<OperationType> WITHOUT_LOSS = List.of(
            Operations.EXIT,
            Operations.MEMFD_CREATE,
            Operations.MMAP,
            Operations.MMAP_FILE,
            Operations.MUNMAP,
            Operations.MPROTECT,
            Operations.MADVISE,
            Operations.WRITE,
            Operations.URING_PIN,
            Operations.UNPIN,
            Operations.MOVE_PAGES,
            Operations.MBIND);

    @Provide
    Arbitrary<Program> programs() {
        return ProgramArbitrary.ofAll(Program.MAX_STEPS);
    }

    @Property(tries = 500)
    void whatSyzkallerCanSayComesBackAsTheSameProgram(@ForAll("programs") Program drawn) {
        Program program = drawn.filtered(i -> drawn.steps().get(i).task() == 0
                && WITHOUT_LOSS.contains(drawn.steps().get(i).operation()));
        SyzText syz = SyzWriter.write(program);
        assertThat(syz.losses()).isEmpty();
        if (program.size() > 0) {
            SyzProgram back = SyzReader.read(syz.text(), "a test");
            assertThat(back.notes()).isEmpty();
            assertThat(back.program()).isEqualTo(program.canonical());
        }
        Statistics.label("five steps or more")
                .collect(program.size() >= 5)
                .coverage(share -> share.check(true).percentage(percent -> percent > 30));
    }

    @Property(tries = 500)
    void whatIsLostIsToldStepByStepAndTheRestComesBack(@ForAll("programs") Program drawn) {
        SyzText syz = SyzWriter.write(drawn);
        List<String> lost =
                syz.losses().stream().filter(loss -> loss.startsWith("lost: ")).toList();
        if (lost.size() < drawn.size()) {
            SyzProgram back = SyzReader.read(syz.text(), "a test");
            assertThat(back.notes()).isEmpty();
            assertThat(back.program().size()).isEqualTo(drawn.size() - lost.size());
        }
        assertThat(syz.text().lines().filter(line -> line.startsWith("# lost: ")))
                .hasSameSizeAs(lost);
    }
}
