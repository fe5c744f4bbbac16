// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.TestProgramGuests;
import org.pinfuzz.vm.pool.TestProgramGuests.TestRun;

/**
 * Proves a compiled test by running it: it must fail on the broken machine and pass on the good one, each time.
 */
public final class TestProof {
    /** A cold boot under emulation, on a busy machine, and a test that ends itself after a minute at most. */
    private static final Duration LIMIT = Duration.ofSeconds(240);

    private static final int PASSED = 0;
    private static final int FAILED = 1;

    private final TestProgramGuests guests;
    private final Machine broken;
    private final Machine good;
    private final int runs;

    /** A kernel and the machine that it runs on. */
    public record Machine(Kernel kernel, GuestProfile profile) {
        public Machine {
            requireNonNull(kernel, "kernel is null");
            requireNonNull(profile, "profile is null");
        }

        /** For people: {@code 6.12.117-mutants with longterm-slow-unchecked}. */
        public String text() {
            return kernel.release()
                    + profile.instruments()
                            .mutant()
                            .map(name -> " with " + name)
                            .orElse("");
        }

        private Machine withModule(boolean module) {
            return new Machine(
                    kernel,
                    module ? profile : profile.with(profile.instruments().withoutModule()));
        }
    }

    /**
     * What came of it; without proof the runs end early.
     *
     * @param broken the runs on the broken machine
     * @param good the runs on the good one
     * @param wanted how many of each make a proof
     */
    public record Outcome(List<TestRun> broken, List<TestRun> good, int wanted) {
        public Outcome {
            broken = List.copyOf(broken);
            good = List.copyOf(good);
        }

        /** How often it failed on the broken machine. */
        public long failed() {
            return broken.stream().filter(TestProof::failed).count();
        }

        /** How often it passed on the good machine. */
        public long passed() {
            return good.stream().filter(TestProof::passed).count();
        }

        public boolean proven() {
            return failed() == wanted && passed() == wanted;
        }
    }

    public TestProof(TestProgramGuests guests, Machine broken, Machine good, int runs) {
        this.guests = requireNonNull(guests, "guests is null");
        this.broken = requireNonNull(broken, "broken is null");
        this.good = requireNonNull(good, "good is null");
        this.runs = runs;
    }

    /**
     * Runs a test on the broken machine, and if it fails there each time, on the good one.
     *
     * @param module whether pinfuzz.ko is loaded
     */
    public Outcome prove(Path test, boolean module) {
        Outcome first = new Outcome(run(broken.withModule(module), test), List.of(), runs);
        return first.failed() < runs ? first : new Outcome(first.broken(), run(good.withModule(module), test), runs);
    }

    private List<TestRun> run(Machine machine, Path test) {
        return guests.run(machine.kernel(), machine.profile(), test, runs, LIMIT);
    }

    private static boolean failed(TestRun run) {
        return run.status().filter(status -> status == FAILED).isPresent();
    }

    private static boolean passed(TestRun run) {
        return run.status().filter(status -> status == PASSED).isPresent();
    }
}
