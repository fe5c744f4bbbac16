// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.pinfuzz.generators.draw.ProgramShrinks;
import org.pinfuzz.generators.draw.ShrinkPass;
import org.pinfuzz.generators.draw.ShrinkPass.Candidate;
import org.pinfuzz.generators.program.Program;

/**
 * Where a shrink stands: the best program so far and the place in the passes. Immutable, so that it can be followed
 * into several futures; what comes after it depends on nothing but whether its candidate shows the violation. A candidate
 * that does becomes the best, and the pass goes on where it was; a round of all passes that accepts nothing is the end.
 */
final class ShrinkPosition {
    private final Program best;
    private final int pass;
    private final Candidates candidates;
    private final int at;
    private final boolean simplerInThisRound;

    private ShrinkPosition(Program best, int pass, Candidates candidates, int at, boolean simplerInThisRound) {
        this.best = best;
        this.pass = pass;
        this.candidates = candidates;
        this.at = at;
        this.simplerInThisRound = simplerInThisRound;
    }

    static ShrinkPosition start(Program program) {
        return atPass(requireNonNull(program, "program is null"), 0, false);
    }

    private static ShrinkPosition atPass(Program best, int pass, boolean simplerInThisRound) {
        return new ShrinkPosition(best, pass, new Candidates(passes().get(pass), best, 0), 0, simplerInThisRound);
    }

    private static List<ShrinkPass> passes() {
        return ProgramShrinks.passes();
    }

    /** The stream of a pass, which positions share: each candidate is computed once, and only if somebody gets there. */
    private static final class Candidates {
        private final Iterator<Candidate> stream;
        private final List<Candidate> seen = new ArrayList<>();

        Candidates(ShrinkPass pass, Program program, int from) {
            stream = pass.candidates(program, from).iterator();
        }

        Optional<Candidate> get(int index) {
            while (seen.size() <= index && stream.hasNext()) {
                seen.add(stream.next());
            }
            return index < seen.size() ? Optional.of(seen.get(index)) : Optional.empty();
        }
    }

    /**
     * The first position from here on, this one included, that has a candidate worth asking; empty at the end.
     *
     * @param passed candidates that are known not to show the violation
     */
    Optional<ShrinkPosition> open(Predicate<Program> passed) {
        ShrinkPosition position = this;
        while (true) {
            Optional<Candidate> candidate = position.candidates.get(position.at);
            if (candidate.isPresent()) {
                if (!passed.test(candidate.get().program())) {
                    return Optional.of(position);
                }
                position = position.rejected();
            } else if (position.pass + 1 < passes().size()) {
                position = atPass(position.best, position.pass + 1, position.simplerInThisRound);
            } else if (position.simplerInThisRound) {
                position = atPass(position.best, 0, false);
            } else {
                return Optional.empty();
            }
        }
    }

    /** The place of the pass in their list. */
    int pass() {
        return pass;
    }

    /** What to ask here; of open positions only. */
    Program candidate() {
        return here().program();
    }

    private Candidate here() {
        return candidates.get(at).orElseThrow(() -> new IllegalStateException("the position is not open"));
    }

    /** Where it goes on when the candidate shows the violation. */
    ShrinkPosition accepted() {
        Candidate candidate = here();
        return new ShrinkPosition(
                candidate.program(),
                pass,
                new Candidates(passes().get(pass), candidate.program(), candidate.resume()),
                0,
                true);
    }

    /** Where it goes on when the candidate does not show it. */
    ShrinkPosition rejected() {
        return new ShrinkPosition(best, pass, candidates, at + 1, simplerInThisRound);
    }
}
