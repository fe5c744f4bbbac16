// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Shrinkable;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.simulated.Plant;
import org.pinfuzz.generators.simulated.SimulatedKernel;

class ShrinkProperties {
    private static final KernelVersion KERNEL = KernelVersion.parse(SimulatedKernel.RELEASE);
    private static final ProgramOrder ORDER = new ProgramOrder();

    @Provide
    Arbitrary<Program> programs() {
        return ProgramArbitrary.ofAll(Program.MAX_STEPS);
    }

    @Provide
    Arbitrary<Program> shortPrograms() {
        return ProgramArbitrary.ofAll(14);
    }

    @Property(tries = 60)
    void everyCandidateIsCanonicalAndSimplerForJqwikToo(@ForAll("programs") Program program) {
        checkCandidates(program);
    }

    @Property(tries = 200)
    void soIsEveryCandidateOfShortPrograms(@ForAll("shortPrograms") Program program) {
        checkCandidates(program);
    }

    private static void checkCandidates(Program program) {
        ProgramShrinkable shrinkable = new ProgramShrinkable(program);
        shrinkable.shrink().forEach(candidate -> {
            assertThat(candidate.value()).isEqualTo(candidate.value().canonical());
            assertThat(ORDER.compare(candidate.value(), program)).isNegative();
            assertThat(candidate.distance())
                    .as("distance of\n%sfrom\n%s", candidate.value(), program)
                    .isLessThan(shrinkable.distance());
        });
    }

    @Property(tries = 500)
    void jqwiksDistanceOrdersProgramsAsTriageDoes(
            @ForAll("shortPrograms") Program one, @ForAll("shortPrograms") Program other) {
        int distance = new ProgramShrinkable(one).distance().compareTo(new ProgramShrinkable(other).distance());

        assertThat(Integer.signum(distance)).isEqualTo(Integer.signum(ORDER.compare(one, other)));
    }

    @Example
    void theEmptyProgramIsTheSimplest() {
        ProgramShrinkable empty = new ProgramShrinkable(new Program(List.of()));

        assertThat(empty.shrink()).isEmpty();
        assertThat(empty.distance())
                .isLessThan(new ProgramShrinkable(drawn(program -> program.size() == 1)).distance());
    }

    @Example
    void whatStartsTogetherIsTriedOneAfterTheOther() {
        Step mmap = Step.of(0, Operations.MMAP, 0, 1, 0, 0);
        Step write = Step.of(0, Operations.WRITE, 0, 0, 1);
        Program race = new Program(List.of(mmap, write.withLane(1), write.withLane(2)));

        assertThat(ProgramShrinks.candidates(race))
                .contains(
                        new Program(List.of(mmap, write, write)), new Program(List.of(mmap, write, write.withLane(2))));
    }

    @Example
    void jqwikShrinksToTheShortestProgramThatShowsABug() {
        SimulatedKernel kernel = new SimulatedKernel(Set.of(Plant.LONG_TERM_PIN_STAYS_MOVABLE));
        Predicate<Program> fails = program -> Judge.judge(program, kernel.run(program), List.of(), KERNEL)
                .first()
                .filter(violation -> violation.invariant().equals("LT-ZONE"))
                .isPresent();

        assertThat(shrunk(drawn(fails), fails)).hasToString("""
                        0 t0: mmap region=r0 pages=1 sharing=private protection=read-write
                        1 t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=long path=slow
                        """);
    }

    @Example
    void jqwikShrinksToTheShortestProgramWithAnOperation() {
        Predicate<Program> fails = program -> program.steps().stream()
                .anyMatch(step -> step.operation().name().equals("device_read"));

        assertThat(shrunk(drawn(fails), fails)).hasToString("""
                        0 t0: mmap region=r0 pages=1 sharing=private protection=read-write
                        1 t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=short path=slow
                        2 t0: device_read pin=k0
                        """);
    }

    /** The first of many drawn programs that passes the test. */
    private static Program drawn(Predicate<Program> test) {
        var generator = new ProgramArbitrary(SimulatedKernel.operations(), 1, Program.MAX_STEPS).generator(1000);
        Random random = new Random(4);
        Program program = generator.next(random).value();
        while (!test.test(program)) {
            program = generator.next(random).value();
        }
        return program;
    }

    /** What jqwik does to a failing sample: the first candidate that still fails and is nearer, until none is. */
    private static Program shrunk(Program program, Predicate<Program> fails) {
        Shrinkable<Program> best = new ProgramShrinkable(program);
        Optional<Shrinkable<Program>> next = Optional.of(best);
        while (next.isPresent()) {
            best = next.get();
            Shrinkable<Program> current = best;
            next = current.shrink()
                    .filter(candidate -> candidate.distance().compareTo(current.distance()) < 0)
                    .filter(candidate -> fails.test(candidate.value()))
                    .findFirst();
        }
        return best.value();
    }
}
