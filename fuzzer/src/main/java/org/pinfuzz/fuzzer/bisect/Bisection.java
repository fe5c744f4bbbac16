// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bisect;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.triage.matrix.Cell;
import org.pinfuzz.vm.VmException;

/**
 * Looks for the first commit on which a program breaks. The bad end is run first, many times: from its hit rate follows
 * how many runs without a hit make a commit good. One hit makes a commit bad at once.
 */
public final class Bisection {
    /** Runs on the bad end, whose hit rate decides all others. */
    static final int FIRST_RUNS = 20;
    /** So likely may a commit be called good that is not. */
    private static final double DOUBT = 0.01;

    private static final int LEAST_RUNS = 2;
    private static final int MOST_RUNS = 500;

    private final GitWorktree tree;
    private final RevisionBuild build;
    private final Program program;
    private final Optional<String> invariant;
    private final Consumer<String> progress;
    private final List<Tried> tried = new ArrayList<>();

    /**
     * @param invariant what counts as broken; empty where anything does
     * @param progress told of each commit
     */
    public Bisection(
            GitWorktree tree,
            RevisionBuild build,
            Program program,
            Optional<String> invariant,
            Consumer<String> progress) {
        this.tree = requireNonNull(tree, "tree is null");
        this.build = requireNonNull(build, "build is null");
        this.program = requireNonNull(program, "program is null");
        this.invariant = requireNonNull(invariant, "invariant is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /** What a commit was taken for. */
    public enum Mark {
        GOOD("good"),
        BAD("bad"),
        SKIPPED("skip");

        private final String word;

        Mark(String word) {
            this.word = word;
        }
    }

    /**
     * A commit that was tried.
     *
     * @param hits runs that broke
     * @param runs runs that could be judged
     * @param note why it was skipped; empty if it was not
     */
    public record Tried(String commit, String subject, Mark mark, int hits, int runs, String note) {}

    /**
     * What came out.
     *
     * @param suspects the first bad commit; several if what lies between was skipped
     * @param hitRate on the bad end
     * @param goodRuns runs without a hit that made a commit good
     * @param confidence how likely it is that no commit was called good by chance
     * @param tried all commits, in their order
     */
    public record Result(List<String> suspects, double hitRate, int goodRuns, double confidence, List<Tried> tried) {
        public Result {
            suspects = List.copyOf(suspects);
            tried = List.copyOf(tried);
        }
    }

    /**
     * Bisects.
     *
     * @throws VmException when the bad end does not break, the good end does, or one of them does not build
     */
    public Result run(String good, String bad) {
        String goodCommit = tree.commit(good);
        String badCommit = tree.commit(bad);
        tree.checkout(badCommit);
        Tried worst = attempt(badCommit, FIRST_RUNS, false);
        requireMark(worst, Mark.BAD, "bad", "it never broke there");
        double rate = (double) worst.hits() / worst.runs();
        int goodRuns = goodRuns(worst.hits(), worst.runs());
        tree.checkout(goodCommit);
        requireMark(attempt(goodCommit, goodRuns, true), Mark.GOOD, "good", "it broke there too");
        GitWorktree.Turn turn = tree.start(goodCommit, badCommit);
        while (!turn.over()) {
            Tried next = attempt(tree.head(), goodRuns, true);
            turn = tree.mark(next.mark().word);
        }
        long goods = tried.stream().filter(one -> one.mark() == Mark.GOOD).count();
        return new Result(turn.suspects(), rate, goodRuns, Math.pow(1 - Math.pow(1 - rate, goodRuns), goods), tried);
    }

    /** Two runs are added of which none hit: that it broke each time does not prove that it always does. */
    static int goodRuns(int hits, int runs) {
        double careful = (double) hits / (runs + 2);
        int needed = (int) Math.ceil(Math.log(DOUBT) / Math.log(1 - careful));
        return Math.max(LEAST_RUNS, Math.min(MOST_RUNS, needed));
    }

    private void requireMark(Tried end, Mark mark, String name, String otherwise) {
        if (end.mark() != mark) {
            throw new VmException("bisecting failed at the " + name + " end, " + end.commit() + ": "
                    + (end.mark() == Mark.SKIPPED ? end.note() : otherwise + ", in " + end.runs() + " runs")
                    + "; name another revision with --" + name);
        }
    }

    private Tried attempt(String commit, int runs, boolean untilHit) {
        Tried result = measured(commit, tree.subject(commit), runs, untilHit);
        tried.add(result);
        progress.accept(result.commit().substring(0, 12) + " " + result.mark().word + " ("
                + (result.note().isEmpty() ? result.hits() + "/" + result.runs() + " runs broke" : result.note())
                + ") " + result.subject());
        return result;
    }

    private Tried measured(String commit, String subject, int wanted, boolean untilHit) {
        try (RevisionBuild.Built built = build.build(tree.directory())) {
            int hits = 0;
            int judged = 0;
            // What cannot be judged is tried again, but not for ever.
            for (int asked = 0; judged < wanted && asked < 2 * wanted && !(untilHit && hits > 0); ) {
                int batch = Math.min(wanted - judged, untilHit ? LEAST_RUNS : wanted);
                Cell.Measured cell = Cell.Measured.of(built.oracle().runAlone(program, batch), invariant);
                asked += batch;
                hits += cell.hits();
                judged += cell.runs() - cell.unjudged();
            }
            if (hits == 0 && judged < wanted) {
                return new Tried(
                        commit, subject, Mark.SKIPPED, 0, judged, "only " + judged + " of the runs could be judged");
            }
            return new Tried(commit, subject, hits > 0 ? Mark.BAD : Mark.GOOD, hits, judged, "");
        } catch (RevisionBuild.BuildFailure e) {
            return new Tried(commit, subject, Mark.SKIPPED, 0, 0, String.valueOf(e.getMessage()));
        }
    }
}
