// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * An immutable list of steps. Every handle that a step uses is created by exactly one earlier step ({@code t0} exists
 * from the start), so that each sublist, once {@linkplain #prune pruned}, is a program again.
 */
public record Program(List<Step> steps) {
    /** Most steps of a program; the agent's tables have this size. */
    public static final int MAX_STEPS = 64;

    private static final Handle FIRST_TASK = new Handle(HandleKind.TASK, 0);

    public Program {
        steps = List.copyOf(steps);
        if (steps.size() > MAX_STEPS) {
            throw new IllegalArgumentException(
                    "a program has at most " + MAX_STEPS + " steps, this one has " + steps.size());
        }
        Set<Handle> known = new HashSet<>();
        known.add(FIRST_TASK);
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            for (Handle used : step.used()) {
                if (!known.contains(used)) {
                    throw new IllegalArgumentException(
                            "step " + i + " (" + step + ") uses " + used + ", which no earlier step creates");
                }
            }
            int index = i;
            step.created().ifPresent(created -> {
                if (!known.add(created)) {
                    throw new IllegalArgumentException(
                            "step " + index + " (" + step + ") creates " + created + " a second time");
                }
            });
        }
    }

    public int size() {
        return steps.size();
    }

    /** The program of those steps that stay, without the users of handles whose creator went. */
    public static Program prune(Collection<Step> steps) {
        Set<Handle> known = new HashSet<>();
        known.add(FIRST_TASK);
        List<Step> kept = new ArrayList<>();
        for (Step step : steps) {
            boolean fresh =
                    step.created().map(created -> !known.contains(created)).orElse(true);
            if (fresh && known.containsAll(step.used())) {
                kept.add(step);
                step.created().ifPresent(known::add);
            }
        }
        return new Program(kept);
    }

    /** The steps whose index passes the test, pruned. */
    public Program filtered(IntPredicate keep) {
        List<Step> kept = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            if (keep.test(i)) {
                kept.add(steps.get(i));
            }
        }
        return prune(kept);
    }

    /** This program with another step at {@code index}, pruned. */
    public Program with(int index, Step step) {
        List<Step> changed = new ArrayList<>(steps);
        changed.set(index, step);
        return prune(changed);
    }

    /** The same program with the handles of each kind numbered in the order of their creation. */
    public Program canonical() {
        Map<HandleKind, Map<Integer, Integer>> names = new EnumMap<>(HandleKind.class);
        for (HandleKind kind : HandleKind.values()) {
            names.put(kind, new HashMap<>());
        }
        names.get(HandleKind.TASK).put(0, 0);
        List<Step> renamed = new ArrayList<>();
        for (Step step : steps) {
            step.created().ifPresent(created -> {
                Map<Integer, Integer> ofKind = names.get(created.kind());
                ofKind.put(created.number(), ofKind.size());
            });
            renamed.add(step.renamed(kind -> number -> names.get(kind).get(number)));
        }
        return new Program(renamed);
    }

    /** How many handles of a kind the program needs: one more than the largest number. */
    public int handles(HandleKind kind) {
        int count = kind == HandleKind.TASK ? 1 : 0;
        for (Step step : steps) {
            Handle created = step.created().orElse(FIRST_TASK);
            if (created.kind() == kind) {
                count = Math.max(count, created.number() + 1);
            }
        }
        return count;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < steps.size(); i++) {
            text.append(i).append(' ').append(steps.get(i)).append('\n');
        }
        return text.toString();
    }
}
