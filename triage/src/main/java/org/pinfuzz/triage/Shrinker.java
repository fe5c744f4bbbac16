// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.draw.ProgramShrinks;
import org.pinfuzz.generators.draw.ShrinkPass;
import org.pinfuzz.generators.draw.ShrinkPass.Candidate;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.StepStatus;

/**
 * Finds a program as simple as possible that breaks the same invariant. It takes candidates from the lazy stream of a
 * pass, as many as the oracle can run at once, and accepts the first that fails in the order of the stream: the result is
 * the same for every width. After that the pass goes on where it was; a round of all passes that changes nothing ends it.
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
            boolean changed = true;
            while (changed && !exhausted()) {
                changed = false;
                for (ShrinkPass pass : ProgramShrinks.passes()) {
                    changed |= run(pass);
                }
            }
            return new Shrunk(best, violation(best), calls, rounds, !exhausted());
        }

        /** Tries what the trace suggests. */
        private void tryFirst(Program program) {
            if (!program.equals(best.program())) {
                accept(List.of(program));
            }
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

        /** Runs one pass to its end; answers whether it made the program simpler. */
        private boolean run(ShrinkPass pass) {
            boolean changed = false;
            int from = 0;
            Iterator<Candidate> stream = pass.candidates(best.program(), from).iterator();
            while (stream.hasNext() && !exhausted()) {
                List<Candidate> batch = nextBatch(stream);
                Optional<Integer> accepted =
                        accept(batch.stream().map(Candidate::program).toList());
                if (accepted.isPresent()) {
                    changed = true;
                    from = batch.get(accepted.get()).resume();
                    stream = pass.candidates(best.program(), from).iterator();
                }
            }
            return changed;
        }

        private List<Candidate> nextBatch(Iterator<Candidate> stream) {
            int most = Math.min(Math.max(1, oracle.width()), limits.oracleCalls() - calls);
            List<Candidate> batch = new ArrayList<>();
            Set<String> digests = new HashSet<>();
            while (batch.size() < most && stream.hasNext()) {
                Candidate candidate = stream.next();
                String digest = digest(candidate.program());
                if ((hitRate < 1 || !passed.contains(digest)) && digests.add(digest)) {
                    batch.add(candidate);
                }
            }
            return batch;
        }

        private String digest(Program program) {
            return Operations.JSON.digest(program);
        }

        /** Takes the first of some programs that shows the violation for the best; answers its place. */
        private Optional<Integer> accept(List<Program> programs) {
            Map<Integer, Oracle.Run> failing = new HashMap<>();
            int undecided = programs.size();
            for (int attempt = 0; attempt < limits.retries(hitRate) && undecided > 0 && !exhausted(); attempt++) {
                rounds++;
                calls += undecided;
                List<Oracle.Run> runs = oracle.run(programs.subList(0, undecided));
                for (int i = 0; i < runs.size() && i < undecided; i++) {
                    if (target.in(runs.get(i).judgement()).isPresent()) {
                        failing.put(i, runs.get(i));
                        // What comes later in the stream no longer matters, what comes before is still open.
                        undecided = i;
                    }
                }
            }
            // Where the bug does not show every time, a run that does not show it proves nothing.
            if (hitRate >= 1) {
                programs.subList(0, undecided).forEach(program -> passed.add(digest(program)));
            }
            Optional<Integer> first = failing.keySet().stream().min(Integer::compare);
            first.map(failing::get).ifPresent(run -> {
                best = run;
                watcher.simpler(run, calls, rounds);
            });
            return first;
        }
    }
}
