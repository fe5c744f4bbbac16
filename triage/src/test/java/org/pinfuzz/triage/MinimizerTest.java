// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;

class MinimizerTest {
    private static final Plant PLANT = Plant.COW_AFTER_MPROTECT;

    @TempDir
    Path directory;

    private static Program program() {
        return DrawnPrograms.breaking(PLANT, "PIN-COHERENT-W", "anon")
                .findFirst()
                .orElseThrow()
                .program();
    }

    private static Minimizer minimizer(Oracle oracle) {
        return new Minimizer(oracle, TriageLimits.PATIENT, InstantSource.system());
    }

    /** An oracle that counts what it is asked in company. */
    private static final class Counted implements Oracle {
        private final Oracle oracle;
        private int calls;

        Counted(Oracle oracle) {
            this.oracle = oracle;
        }

        @Override
        public List<Run> run(List<Program> programs) {
            calls += programs.size();
            return oracle.run(programs);
        }

        @Override
        public List<Run> runAlone(Program program, int times) {
            return oracle.runAlone(program, times);
        }

        @Override
        public int width() {
            return oracle.width();
        }
    }

    @Test
    void aProgramIsMinimisedForWhatItBreaksFirst() {
        Minimized minimized = minimizer(SimulatedOracle.with(PLANT, 8))
                .minimize(program(), violation -> true)
                .orElseThrow();

        assertThat(minimized.violation().invariant()).isEqualTo("PIN-COHERENT-W");
        assertThat(minimized.program().size()).isLessThanOrEqualTo(5);
        assertThat(minimized.hits()).isEqualTo(5);
        assertThat(minimized.runs()).isEqualTo(5);
        assertThat(minimized.originalHits()).isEqualTo(minimized.originalRuns());
        assertThat(minimized.complete()).isTrue();
    }

    @Test
    void theInvariantThatIsAskedForCountsAndNoOther() {
        Program shows = DrawnPrograms.breaking(PLANT, "PIN-COHERENT-W", "anon")
                .filter(run -> run.judgement().violations().stream()
                        .map(Violation::invariant)
                        .anyMatch("FORK-PARENT-KEEPS"::equals))
                .findFirst()
                .orElseThrow()
                .program();

        Minimized minimized = minimizer(SimulatedOracle.with(PLANT, 8))
                .minimize(shows, violation -> violation.invariant().equals("FORK-PARENT-KEEPS"))
                .orElseThrow();

        assertThat(minimized.violation().invariant()).isEqualTo("FORK-PARENT-KEEPS");
        assertThat(minimized.program().size()).isEqualTo(4);
    }

    @Test
    void whatBreaksNothingIsTriedOftenAndGivenUp() {
        List<Integer> asked = new ArrayList<>();
        SimulatedOracle sound = new SimulatedOracle(new SimulatedKernel(Set.of()), 8);
        Oracle counting = new Oracle() {
            @Override
            public List<Run> run(List<Program> programs) {
                return sound.run(programs);
            }

            @Override
            public List<Run> runAlone(Program program, int times) {
                asked.add(times);
                return sound.runAlone(program, times);
            }

            @Override
            public int width() {
                return 8;
            }
        };

        assertThat(minimizer(counting).minimize(program(), violation -> true)).isEmpty();
        assertThat(asked.stream().mapToInt(times -> times).sum()).isEqualTo(TriageLimits.PATIENT.unseenRuns());
    }

    @Test
    void theWatcherHearsOfTheHitRateFirstAndThenOfEverySimplerProgram() {
        List<String> heard = new ArrayList<>();
        List<Program> best = new ArrayList<>();
        Minimizer.Watcher watcher = new Minimizer.Watcher() {
            @Override
            public void confirmed(Violation violation, int hits, int runs) {
                heard.add(violation.invariant() + " " + hits + "/" + runs);
            }

            @Override
            public void simpler(Oracle.Run run, int oracleCalls, int batches) {
                best.add(run.program());
            }
        };

        Minimized minimized = new Minimizer(
                        SimulatedOracle.with(PLANT, 8),
                        TriageLimits.PATIENT,
                        InstantSource.system(),
                        watcher,
                        Optional.empty())
                .minimize(program(), violation -> true)
                .orElseThrow();

        assertThat(heard).containsExactly("PIN-COHERENT-W 5/5");
        assertThat(best).isNotEmpty();
        assertThat(best.get(best.size() - 1)).isEqualTo(minimized.program());
    }

    @Test
    void whoGoesOnAfterALimitComesToTheSameProgramWithoutAskingAgain() throws IOException {
        Path file = directory.resolve("decided");
        Optional<Minimizer.Decided> decided = Optional.of(new Minimizer.Decided(file, "simulated"));
        Minimized whole = minimizer(SimulatedOracle.with(PLANT, 1))
                .minimize(program(), violation -> true)
                .orElseThrow();
        TriageLimits few = TriageLimits.PATIENT.with(new ShrinkLimits(30, Duration.ofMinutes(1), 1));
        Program program = program();
        int calls = 0;
        boolean complete = false;
        for (int part = 0; part < 40 && !complete; part++) {
            Counted oracle = new Counted(SimulatedOracle.with(PLANT, 1));
            Minimized minimized = new Minimizer(
                            oracle, few, InstantSource.system(), new Minimizer.Watcher() {}, decided)
                    .minimize(program, violation -> true)
                    .orElseThrow();
            program = minimized.program();
            complete = minimized.complete();
            calls += oracle.calls;
        }

        assertThat(complete).isTrue();
        assertThat(program.size()).isEqualTo(whole.program().size());
        assertThat(calls).isLessThan(2 * whole.oracleCalls());

        // What was decided on other guests says nothing here.
        Files.writeString(file, Files.readString(file).replace("simulated", "another"));
        Counted again = new Counted(SimulatedOracle.with(PLANT, 1));
        new Minimizer(again, TriageLimits.PATIENT, InstantSource.system(), new Minimizer.Watcher() {}, decided)
                .minimize(program, violation -> true);
        assertThat(again.calls).isPositive();
        assertThat(Files.readString(file)).startsWith("pinfuzz-passed 1 simulated ");
    }
}
