// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.generators.draw.ProgramDrawer;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.SimulatedKernel;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.Trace;

/** A kernel that complains when a device reads through a pin: with other addresses each time, and once more as it dies. */
class CrashTest {
    private static final String TITLE = "WARNING: at lib/refcount.c:28 refcount_warn_saturate in ";

    @TempDir
    Path directory;

    /** Complains of a function, and dies of it or not. */
    private record Complaining(String function, boolean dies, Random addresses) implements Oracle {
        private static final SimulatedKernel SOUND = new SimulatedKernel(Set.of());

        private Run run(Program program) {
            Trace trace = SOUND.run(program);
            boolean complains = false;
            for (int i = 0; i < program.size(); i++) {
                Step step = program.steps().get(i);
                complains |= step.operation() == Operations.DEVICE_READ
                        && trace.steps().get(i).status() == StepStatus.DONE
                        && trace.steps().get(i).result() >= 0;
            }
            if (!complains) {
                return new Run(program, trace, Judge.judge(program, trace, List.of(), SimulatedOracle.KERNEL), "");
            }
            List<String> titles = List.of(
                    TITLE + function,
                    "Oops: general protection fault, address 0xffff8881" + String.format("%08x", addresses.nextInt()));
            Trace seen = dies ? Trace.notStarted() : trace;
            return new Run(program, seen, Judge.judge(program, seen, titles, SimulatedOracle.KERNEL), "console");
        }

        @Override
        public List<Run> run(List<Program> programs) {
            return programs.stream().map(this::run).toList();
        }

        @Override
        public List<Run> runAlone(Program program, int times) {
            return LongStream.range(0, times).mapToObj(i -> run(program)).toList();
        }

        @Override
        public int width() {
            return 8;
        }
    }

    private static Oracle.Run complaint(Complaining oracle) {
        return LongStream.range(0, 1000)
                .mapToObj(seed -> {
                    Random random = new Random(seed);
                    return new ProgramDrawer(Swarm.slice(SimulatedKernel.operations(), random), 50, 50).draw(random);
                })
                .map(oracle::run)
                .filter(run -> run.judgement().violations().stream()
                        .anyMatch(violation -> violation.invariant().equals(Target.SPLAT)))
                .findFirst()
                .orElseThrow();
    }

    private FindingRecord found(String function, boolean dies, long seed) {
        Complaining oracle = new Complaining(function, dies, new Random(seed));
        Outcome outcome = new Triage(
                        oracle,
                        new FindingStore(directory.resolve(function + dies + seed)),
                        TriageLimits.DEFAULT,
                        InstantSource.system())
                .triage(complaint(oracle), new Triage.Origin(1, 1, new Environment(SimulatedKernel.RELEASE, Map.of())));
        return ((Outcome.Found) outcome).record();
    }

    @Test
    void aCrashIsMinimisedByItsTitleAndItsOtherTitlesAreStored() {
        for (boolean dies : List.of(true, false)) {
            FindingRecord record = found("pin_access", dies, 1);
            assertThat(record.invariant()).isEqualTo("NO-SPLAT");
            assertThat(record.operations()).isEqualTo(3);
            assertThat(record.hits()).isEqualTo(record.runs());
            assertThat(record.alternativeTitles())
                    .singleElement()
                    .asString()
                    .startsWith("Oops: general protection fault");
            FindingStore store = new FindingStore(directory.resolve("pin_access" + dies + 1));
            assertThat(store.load(record.id())).isEqualTo(record);
            assertThat(store.read(record.id(), "report.md"))
                    .startsWith("# mm: " + TITLE + "pin_access on ")
                    .contains("In the same run the kernel also said:\n\n- Oops: general protection fault");
        }
    }

    @Test
    void theIdComesFromTheTitle() {
        FindingRecord one = found("pin_access", true, 1);

        assertThat(found("pin_access", true, 2).id()).isEqualTo(one.id());
        assertThat(found("pin_release", true, 1).id()).isNotEqualTo(one.id());
    }

    @Test
    void anyProgramThatCrashesCanBeMinimised() {
        Complaining oracle = new Complaining("pin_access", true, new Random(1));
        Optional<Minimized> minimized = new Minimizer(oracle, TriageLimits.PATIENT, InstantSource.system())
                .minimize(
                        complaint(oracle).program(),
                        violation -> violation.invariant().equals(Target.SPLAT));

        assertThat(minimized)
                .hasValueSatisfying(found -> assertThat(found.program().size()).isEqualTo(3));
    }
}
