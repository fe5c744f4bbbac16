// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.Trace;

/**
 * Finds a program as simple as possible that breaks the same invariant. It goes from candidate to candidate as
 * {@link ShrinkPosition} says, and asks the oracle as much at once as it can answer: what it will need next, whatever the
 * answers are ({@link Speculation}). The result is the same for every width of the oracle.
 */
public final class Shrinker {
    private final Oracle oracle;
    private final ShrinkLimits limits;
    private final InstantSource clock;
    private final Passed passed;
    private final Watcher watcher;

    public Shrinker(Oracle oracle, ShrinkLimits limits, InstantSource clock) {
        this(oracle, limits, clock, new Passed.InMemory(), (best, calls, batches) -> {});
    }

    /**
     * @param passed candidates that need not be asked again
     * @param watcher hears of each simpler program
     */
    Shrinker(Oracle oracle, ShrinkLimits limits, InstantSource clock, Passed passed, Watcher watcher) {
        this.oracle = requireNonNull(oracle, "oracle is null");
        this.limits = requireNonNull(limits, "limits is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.passed = requireNonNull(passed, "passed is null");
        this.watcher = requireNonNull(watcher, "watcher is null");
    }

    /** Hears of a shrink under way. */
    @FunctionalInterface
    public interface Watcher {
        /**
         * A simpler program shows the violation.
         *
         * @param best a run of it
         * @param oracleCalls runs so far
         * @param batches how often the oracle was asked so far
         */
        void simpler(Oracle.Run best, int oracleCalls, int batches);
    }

    /**
     * Shrinks a program.
     *
     * @param start a run that showed the violation
     * @param violation what a candidate must show to count
     * @param hitRate how often a run of the program shows it, above 0 and at most 1
     * @throws IllegalArgumentException if the run does not show the violation
     */
    public Shrunk shrink(Oracle.Run start, Violation violation, double hitRate) {
        return shrink(start, Target.of(violation), hitRate);
    }

    Shrunk shrink(Oracle.Run start, Target target, double hitRate) {
        return new Search(start, target, hitRate).shrink();
    }

    /** One shrink under way. */
    private final class Search {
        private final Target target;
        private final double hitRate;
        private final Instant deadline = clock.instant().plus(limits.time());
        private final AcceptanceOdds odds = new AcceptanceOdds();
        /** What the last questions brought: runs that show the violation, by their programs. */
        private final Map<Program, Oracle.Run> showing = new HashMap<>();
        /** And programs that do not. */
        private final Set<Program> notShowing = new HashSet<>();

        private Oracle.Run best;
        private int calls;
        private int rounds;

        Search(Oracle.Run start, Target target, double hitRate) {
            this.best = start;
            this.target = target;
            this.hitRate = hitRate;
        }

        Shrunk shrink() {
            Violation first = violation(best);
            tryFirst(cut(best.program(), first));
            tryFirst(withoutIdle(best));
            tryFirst(best.program().canonical());
            Optional<ShrinkPosition> position =
                    ShrinkPosition.start(best.program()).open(this::hasPassed);
            while (position.isPresent() && !exhausted()) {
                ask(new Speculation(position.get(), this::hasPassed, odds, most()));
                position = walk(position);
            }
            return new Shrunk(best, violation(best), calls, rounds, position.isEmpty());
        }

        /** Tries what the trace suggests. */
        private void tryFirst(Program program) {
            if (program.equals(best.program())) {
                return;
            }
            showing.clear();
            for (int attempt = 0; attempt < limits.retries(hitRate) && showing.isEmpty() && !exhausted(); attempt++) {
                hear(List.of(program));
            }
            if (showing.containsKey(program)) {
                accept(program);
            }
        }

        /** Asks until what does not show the violation was asked so often that it will not. */
        private void ask(Speculation next) {
            showing.clear();
            notShowing.clear();
            List<Program> undecided = next.questions();
            int attempts = limits.retries(hitRate);
            while (attempts > 0 && !undecided.isEmpty() && !exhausted()) {
                hear(undecided);
                attempts--;
                undecided = next.undecided(showing::containsKey);
            }
            if (attempts == 0) {
                notShowing.addAll(undecided);
            }
        }

        private void hear(List<Program> programs) {
            rounds++;
            calls += programs.size();
            oracle.run(programs).stream()
                    .filter(run -> target.in(run.judgement()).isPresent())
                    .forEach(run -> showing.putIfAbsent(run.program(), run));
        }

        /** Goes on as far as the answers reach; answers the first position that is open, none at the end. */
        private Optional<ShrinkPosition> walk(Optional<ShrinkPosition> from) {
            Optional<ShrinkPosition> position = from;
            while (position.isPresent()) {
                Program candidate = position.get().candidate();
                boolean shows = showing.containsKey(candidate);
                if (!shows && !notShowing.contains(candidate)) {
                    break;
                }
                odds.heard(position.get().pass(), shows);
                if (shows) {
                    accept(candidate);
                }
                position = (shows ? position.get().accepted() : position.get().rejected()).open(this::hasPassed);
            }
            // Where the violation does not show every time, a run without it says nothing about the next.
            if (steady()) {
                notShowing.forEach(program -> passed.add(digest(program)));
            }
            return position.flatMap(open -> open.open(this::hasPassed));
        }

        private void accept(Program program) {
            best = showing.get(program);
            watcher.simpler(best, calls, rounds);
        }

        private Violation violation(Oracle.Run run) {
            return target.in(run.judgement())
                    .orElseThrow(() -> new IllegalArgumentException("the run does not show " + target));
        }

        /** The program up to the step that broke. */
        private Program cut(Program program, Violation violation) {
            return program.filtered(index -> index <= violation.step()).canonical();
        }

        /** The program without steps that made no system call. */
        private Program withoutIdle(Oracle.Run run) {
            return run.program()
                    .filtered(index -> index >= run.trace().steps().size()
                            || run.trace().steps().get(index).status() != StepStatus.SKIPPED)
                    .canonical();
        }

        private boolean exhausted() {
            return calls >= limits.oracleCalls() || !clock.instant().isBefore(deadline);
        }

        /** What kills its guest is asked alone: each answer costs a guest, and the time until that is noticed. */
        private int most() {
            int width = best.trace().equals(Trace.notStarted()) ? 1 : Math.max(1, oracle.width());
            return Math.min(width, limits.oracleCalls() - calls);
        }

        private boolean steady() {
            return hitRate >= 1;
        }

        private boolean hasPassed(Program program) {
            return steady() && passed.contains(digest(program));
        }

        private String digest(Program program) {
            return Operations.JSON.digest(program);
        }
    }
}
