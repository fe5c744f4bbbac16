// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import java.util.ArrayList;
import java.util.List;

/** What the ladder came to, and whether that is good enough. */
public record LadderResult(List<RungResult> rungs) {
    /** Seeds of a rung that must find it: four of five. */
    static final double FOUND_SHARE = 0.8;

    /** The median of seconds to the first hit must stay below this on each rung. */
    static final double MEDIAN_SECONDS = 60;

    /** Findings that must be shrunk to the length of the program written by hand: nine of ten. */
    static final double SHORT_SHARE = 0.9;

    public LadderResult {
        rungs = List.copyOf(rungs);
    }

    /**
     * A goal, for people.
     *
     * @param statement what shall be so
     * @param reached rungs or findings of which it is so
     * @param of rungs or findings
     * @param holds whether that is enough
     */
    public record Goal(String statement, long reached, long of, boolean holds) {}

    /** The goals, in the order in which they are told. */
    public List<Goal> goals() {
        long findings = rungs.stream().mapToLong(rung -> rung.hits().size()).sum();
        long shortEnough = rungs.stream().mapToLong(RungResult::shortEnough).sum();
        return List.of(
                ofEach("rungs found in at least 4 of 5 seeds", found()),
                ofEach("rungs with a median below 60 s", fast()),
                new Goal("findings under a declared invariant", declared(), findings, declared() == findings),
                new Goal(
                        "findings shrunk to the shortest program's length or less (goal: 9 of 10)",
                        shortEnough,
                        findings,
                        shortEnough >= SHORT_SHARE * findings));
    }

    private Goal ofEach(String statement, long reached) {
        return new Goal(statement, reached, rungs.size(), reached == rungs.size());
    }

    public boolean holds() {
        return goals().stream().allMatch(Goal::holds);
    }

    private long found() {
        return rungs.stream().filter(LadderResult::foundOften).count();
    }

    private long fast() {
        return rungs.stream().filter(LadderResult::fast).count();
    }

    private long declared() {
        return rungs.stream().mapToLong(RungResult::declared).sum();
    }

    private static boolean foundOften(RungResult rung) {
        return rung.hits().size() >= FOUND_SHARE * rung.climbs().size();
    }

    private static boolean fast(RungResult rung) {
        return rung.medianSeconds().orElse(Double.POSITIVE_INFINITY) < MEDIAN_SECONDS;
    }

    /** What keeps one rung from the goals, in a word each; empty where nothing does. */
    public static List<String> shortcomings(RungResult rung) {
        List<String> words = new ArrayList<>();
        if (!foundOften(rung)) {
            words.add("missed");
        }
        if (!fast(rung)) {
            words.add("slow");
        }
        if (rung.declared() < rung.hits().size()) {
            words.add("undeclared");
        }
        if (rung.shortEnough() < rung.hits().size()) {
            words.add("longer");
        }
        return words;
    }
}
