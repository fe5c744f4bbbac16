// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;

/**
 * Finds the simplest program that shows a violation alone: how often the given one shows it, the shrink, how often the
 * shrunk one shows it. For programs from anywhere; {@link Triage} makes findings in the same way.
 */
public final class Minimizer {
    private final Oracle oracle;
    private final TriageLimits limits;
    private final InstantSource clock;
    private final Watcher watcher;
    private final Confirmer confirmer;
    private final Optional<Decided> decided;

    public Minimizer(Oracle oracle, TriageLimits limits, InstantSource clock) {
        this(oracle, limits, clock, new Watcher() {}, Optional.empty());
    }

    /**
     * @param oracle runs programs
     * @param clock measures the time of the shrink
     * @param watcher hears how far it is
     * @param decided what keeps the candidates that passed, for whoever goes on after an interrupt
     */
    public Minimizer(
            Oracle oracle, TriageLimits limits, InstantSource clock, Watcher watcher, Optional<Decided> decided) {
        this.oracle = requireNonNull(oracle, "oracle is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.watcher = requireNonNull(watcher, "watcher is null");
        this.decided = requireNonNull(decided, "decided is null");
        confirmer = new Confirmer(oracle, limits);
    }

    /**
     * Where candidates are kept that passed.
     *
     * @param file is made if it is not there, and begun anew if it is of something else
     * @param guests what the candidates run on: another kernel decides otherwise
     */
    public record Decided(Path file, String guests) {
        public Decided {
            requireNonNull(file, "file is null");
            requireNonNull(guests, "guests is null");
        }
    }

    /** Hears how far it is. */
    public interface Watcher {
        /** The given program shows a violation in so many runs alone. */
        default void confirmed(Violation violation, int hits, int runs) {}

        /** A simpler program shows it, after so many runs of candidates in so many batches. */
        default void simpler(Oracle.Run best, int oracleCalls, int batches) {}
    }

    /**
     * Minimises a program.
     *
     * @param program from anywhere
     * @param wanted violations that count; the first of them that is seen is the one
     * @return empty if no run showed any
     * @throws MinimizeException when the file of decided candidates cannot be used
     */
    public Optional<Minimized> minimize(Program program, Predicate<Violation> wanted) {
        return confirmer.discover(program, wanted).map(seen -> {
            Confirmation original = seen.confirmation();
            watcher.confirmed(
                    seen.target().in(original.run().orElseThrow().judgement()).orElseThrow(),
                    original.hits(),
                    original.runs());
            Pass pass = minimize(original, seen.target(), shrunk -> false);
            Confirmation last = pass.again().filter(Confirmation::confirmed).orElse(original);
            return new Minimized(
                    program,
                    original.hits(),
                    original.runs(),
                    last.run().orElseThrow(),
                    seen.target().in(last.run().orElseThrow().judgement()).orElseThrow(),
                    last.hits(),
                    last.runs(),
                    pass.oracleCalls(),
                    pass.batches(),
                    pass.shrunk().complete() && last != original);
        });
    }

    /**
     * What one way through the machine came to.
     *
     * @param shrunk the simplest program
     * @param again how often it shows the violation alone; empty if the shrunk program was enough
     */
    record Pass(Shrunk shrunk, Optional<Confirmation> again, int oracleCalls, int batches) {}

    Confirmation confirm(Program program, Target target) {
        return confirmer.confirm(program, target, limits.firstRuns());
    }

    /** Shrinks and confirms again; stops behind the shrink where its result is enough. */
    Pass minimize(Confirmation original, Target target, Predicate<Shrunk> enough) {
        Shrunk shrunk = shrink(original, target);
        int calls = shrunk.oracleCalls();
        int batches = shrunk.rounds();
        if (enough.test(shrunk)) {
            return new Pass(shrunk, Optional.empty(), calls, batches);
        }
        Confirmation again = again(shrunk, target);
        if (again.confirmed() && again.hitRate() < 1 && original.hitRate() >= 1) {
            // It was taken for steady, and candidates were dropped that only had not shown it once.
            shrunk = shrink(again, target);
            calls += shrunk.oracleCalls();
            batches += shrunk.rounds();
            if (enough.test(shrunk)) {
                return new Pass(shrunk, Optional.empty(), calls, batches);
            }
            again = again(shrunk, target);
        }
        return new Pass(shrunk, Optional.of(again), calls, batches);
    }

    private Confirmation again(Shrunk shrunk, Target target) {
        return confirmer.confirm(shrunk.run().program(), target, limits.confirmRuns());
    }

    private Shrunk shrink(Confirmation confirmation, Target target) {
        return new Shrinker(oracle, limits.shrink(), clock, passed(target), watcher::simpler)
                .shrink(confirmation.run().orElseThrow(), target, confirmation.hitRate());
    }

    private Passed passed(Target target) {
        if (decided.isEmpty()) {
            return new Passed.InMemory();
        }
        try {
            return new Passed.InFile(decided.get().file(), decided.get().guests() + " " + target);
        } catch (IOException e) {
            throw new MinimizeException(
                    "reading what is decided from " + decided.get().file() + " failed: " + FileFailure.reason(e)
                            + "; delete it, or minimize without --resume",
                    e);
        }
    }
}
