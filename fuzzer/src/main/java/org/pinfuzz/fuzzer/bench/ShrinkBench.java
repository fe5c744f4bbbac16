// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.pinfuzz.generators.draw.ProgramDrawer;
import org.pinfuzz.generators.draw.Swarm;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.Oracle;
import org.pinfuzz.triage.ShrinkLimits;
import org.pinfuzz.triage.Shrinker;
import org.pinfuzz.triage.Shrunk;
import org.pinfuzz.triage.Target;

/**
 * What shrinking costs. Programs of fifty operations that break something are shrunk three times on the same guests, one
 * after the other: with as many candidates at once as the guests take, with one, and with one on a guest that was restored
 * for it.
 */
public final class ShrinkBench {
    public static final int OPERATIONS = 50;

    /** Runs alone that must all show a violation before its program is measured: what is flaky measures luck. */
    private static final int STEADY_RUNS = 2;

    private static final int MAX_DRAWN = 100_000;
    private static final int DRAWN_AT_ONCE = 16;

    private final Oracle oracle;
    private final List<Operation> operations;
    private final Random random;
    private final Set<Target> measured = new HashSet<>();
    private int drawn;

    /**
     * @param oracle runs programs
     * @param operations to draw from
     */
    public ShrinkBench(Oracle oracle, List<Operation> operations, long seed) {
        this.oracle = requireNonNull(oracle, "oracle is null");
        this.operations = List.copyOf(operations);
        random = new Random(seed);
    }

    /**
     * One way to shrink a program.
     *
     * @param seconds by the clock
     * @param oracleCalls runs of candidates
     * @param batches how often the guests were asked for them
     * @param operations length of the shrunk program
     */
    public record Cost(double seconds, int oracleCalls, int batches, int operations) {}

    /**
     * All ways for one program.
     *
     * @param invariant what it breaks
     * @param together with as many candidates at once as the guests take
     * @param single with one at a time
     * @param restored with one at a time, each on a guest that was restored for it
     * @param same whether all came to the same program
     */
    public record Measured(String invariant, Cost together, Cost single, Cost restored, boolean same) {
        public double ratio() {
            return together.seconds() / Math.max(single.seconds(), 1e-3);
        }
    }

    /** Measures the next program that breaks something which none before it broke; empty if none is found. */
    public Optional<Measured> next() {
        while (drawn < MAX_DRAWN) {
            List<Program> programs = new ArrayList<>();
            Swarm swarm = Swarm.slice(operations, random);
            ProgramDrawer drawer = new ProgramDrawer(swarm, OPERATIONS, OPERATIONS);
            for (int i = 0; i < DRAWN_AT_ONCE; i++) {
                programs.add(drawer.draw(random));
            }
            drawn += programs.size();
            for (Oracle.Run run : oracle.run(programs)) {
                Optional<Violation> first = run.judgement().first();
                if (run.program().size() == OPERATIONS
                        && first.isPresent()
                        && measured.stream().noneMatch(Target.of(first.get())::sameProperty)
                        && steady(run.program(), Target.of(first.get()))) {
                    measured.add(Target.of(first.get()));
                    return Optional.of(measure(run, first.get()));
                }
            }
        }
        return Optional.empty();
    }

    private boolean steady(Program program, Target target) {
        return oracle.runAlone(program, STEADY_RUNS).stream()
                .allMatch(run -> run.judgement().violations().stream()
                        .anyMatch(violation -> Target.of(violation).sameProperty(target)));
    }

    private Measured measure(Oracle.Run run, Violation violation) {
        List<Program> results = new ArrayList<>();
        // Whatever warms up on the way is in favour of the second: each way is second every second time.
        boolean singleFirst = measured.size() % 2 == 0;
        Cost early = shrink(singleFirst ? new OneAtATime(oracle) : oracle, run, violation, results);
        Cost late = shrink(singleFirst ? oracle : new OneAtATime(oracle), run, violation, results);
        Cost restored = shrink(new OneAtATime(new Restored(oracle)), run, violation, results);
        return new Measured(
                violation.invariant(),
                singleFirst ? late : early,
                singleFirst ? early : late,
                restored,
                results.stream().distinct().count() == 1);
    }

    private Cost shrink(Oracle way, Oracle.Run run, Violation violation, List<Program> results) {
        // Guests that ended after what ran before are started again outside of the measurement.
        oracle.run(Collections.nCopies(oracle.width(), run.program()));
        long start = System.nanoTime();
        Shrunk shrunk = new Shrinker(way, ShrinkLimits.DEFAULT, InstantSource.system()).shrink(run, violation, 1);
        double seconds = (System.nanoTime() - start) / 1e9;
        results.add(shrunk.run().program());
        return new Cost(
                seconds,
                shrunk.oracleCalls(),
                shrunk.rounds(),
                shrunk.run().program().size());
    }

    /** The same guests, restored for each program. */
    private record Restored(Oracle oracle) implements Oracle {
        @Override
        public List<Run> run(List<Program> programs) {
            return programs.stream()
                    .flatMap(program -> oracle.runAlone(program, 1).stream())
                    .toList();
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

    /** The same guests, asked for one program after the other. */
    private record OneAtATime(Oracle oracle) implements Oracle {
        @Override
        public List<Run> run(List<Program> programs) {
            return oracle.run(programs);
        }

        @Override
        public List<Run> runAlone(Program program, int times) {
            return oracle.runAlone(program, times);
        }

        @Override
        public int width() {
            return 1;
        }
    }
}
