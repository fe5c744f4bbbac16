// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pinfuzz.generators.program.Program;

/**
 * One selftest of many programs. Each program is a case that tries one device after another for its pins, until it
 * passes on a good kernel; a case that passes with none is left out, with the reason.
 */
public final class CorpusTest {
    /** Rounds after which what does not pass is left out, whatever else could be tried. */
    private static final int MAX_ROUNDS = 8;

    private final Map<String, String> left = new LinkedHashMap<>();
    private final List<Draft> drafts = new ArrayList<>();
    private final Set<Program> programs = new HashSet<>();
    private final Set<String> names = new HashSet<>();

    /** A case on its way, with the devices that are still to be tried. */
    private static final class Draft {
        private final List<TestCase> choices;
        private int chosen;

        Draft(List<TestCase> choices) {
            this.choices = choices;
        }

        TestCase test() {
            return choices.get(chosen);
        }

        /** Whether there was another choice. */
        boolean next() {
            chosen++;
            return chosen < choices.size();
        }
    }

    /** Builds and runs a test on a good kernel. */
    @FunctionalInterface
    public interface Guest {
        /** What it said of each case, in their order. */
        List<TapResults.Result> run(List<TestCase> cases) throws IOException, InterruptedException;
    }

    /**
     * Adds a program, unless it is there already.
     *
     * @param name tells it from the others
     * @param sentence what it tests, for people
     * @param invariant what it asserts
     */
    public void add(String name, String sentence, Program program, String invariant) {
        requireNonNull(program, "program is null");
        if (!programs.add(program)) {
            return;
        }
        List<TestCase> choices = new ArrayList<>();
        try {
            for (PinChoice pins : PinChoice.candidates(program)) {
                if (!pins.needsModule()) {
                    TestCase test = new TestCase(TestCase.nameOf(name), sentence, program, invariant, pins);
                    // What an operation cannot say in C, or a device cannot do, it says when it is written.
                    CTest.selftest(List.of(test));
                    choices.add(test);
                }
            }
        } catch (IllegalArgumentException e) {
            left.put(name, String.valueOf(e.getMessage()));
            return;
        }
        if (choices.isEmpty()) {
            left.put(name, "only the module of pinfuzz can make its pins");
        } else if (names.add(choices.get(0).name())) {
            drafts.add(new Draft(choices));
        } else {
            left.put(name, "another case has its name");
        }
    }

    /** How many cases there are to try. */
    public int size() {
        return drafts.size();
    }

    /** What was left out, and why, by name. */
    public Map<String, String> left() {
        return Map.copyOf(left);
    }

    /**
     * Runs the cases until all that remain pass.
     *
     * @return the cases by chapter, in the order in which the last run had them
     */
    public List<TestCase> settle(Guest guest) throws IOException, InterruptedException {
        List<Draft> remaining = new ArrayList<>(drafts);
        remaining.sort(Comparator.comparing(draft -> Chapter.of(draft.test().program())));
        for (int round = 0; round < MAX_ROUNDS && !remaining.isEmpty(); round++) {
            List<TestCase> cases = remaining.stream().map(Draft::test).toList();
            List<TapResults.Result> results = guest.run(cases);
            Map<Draft, TapResults.Result> failed = failed(remaining, results);
            if (failed.isEmpty()) {
                return cases;
            }
            boolean last = round == MAX_ROUNDS - 2;
            failed.forEach((draft, result) -> {
                String what = draft.test().pins().text();
                if (last || !draft.next()) {
                    left.put(draft.choices.get(0).name(), said(result) + " on the good kernel with pins by " + what);
                    remaining.remove(draft);
                }
            });
        }
        return List.of();
    }

    /** Of cases that the test did not come to, only the first can have ended it. */
    private static Map<Draft, TapResults.Result> failed(List<Draft> drafts, List<TapResults.Result> results) {
        Map<Draft, TapResults.Result> failed = new HashMap<>();
        for (int i = 0; i < drafts.size(); i++) {
            if (results.get(i) != TapResults.Result.PASSED) {
                failed.put(drafts.get(i), results.get(i));
            }
            if (results.get(i) == TapResults.Result.MISSING) {
                break;
            }
        }
        return failed;
    }

    private static String said(TapResults.Result result) {
        return switch (result) {
            case FAILED -> "it fails";
            case SKIPPED -> "it skips";
            case MISSING -> "it ends the test";
            case PASSED -> throw new IllegalArgumentException("what passes is not left out");
        };
    }
}
