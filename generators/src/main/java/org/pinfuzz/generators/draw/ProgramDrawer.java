// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Task;
import org.pinfuzz.generators.operation.Draw;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/** Draws programs step by step, each from the state that the model is in after the steps before. */
public final class ProgramDrawer {
    /** After so many operations in a row that make no sense in a state, the program ends. */
    private static final int TRIES = 40;

    /** A program without a pin tells little; so often another is drawn instead. */
    private static final int REDRAWS = 4;

    private final Swarm swarm;
    private final int minSteps;
    private final int maxSteps;

    /** @param maxSteps most steps of a program, at most {@link Program#MAX_STEPS} */
    public ProgramDrawer(Swarm swarm, int minSteps, int maxSteps) {
        if (minSteps < 1 || maxSteps < minSteps || maxSteps > Program.MAX_STEPS) {
            throw new IllegalArgumentException(
                    "steps from " + minSteps + " to " + maxSteps + ", outside 1.." + Program.MAX_STEPS);
        }
        this.swarm = swarm;
        this.minSteps = minSteps;
        this.maxSteps = maxSteps;
    }

    /** A fresh program; where the swarm can pin, one that does. */
    public Program draw(Random random) {
        Program program = extend(new Program(List.of()), length(random), random);
        for (int i = 0; i < REDRAWS && !pins(program); i++) {
            program = extend(new Program(List.of()), length(random), random);
        }
        return program;
    }

    private static boolean pins(Program program) {
        return program.steps().stream()
                .anyMatch(step -> step.created()
                        .filter(handle -> handle.kind() == HandleKind.PIN)
                        .isPresent());
    }

    /**
     * A child of a kept program: some of its steps go, and new ones are drawn in at one place, where the model knows what
     * the steps before have done.
     */
    public Program mutate(Program parent, Random random) {
        int most = Math.max(maxSteps, parent.size());
        Program shorter = parent;
        if (parent.size() > 3 && (random.nextBoolean() || parent.size() == most)) {
            int from = random.nextInt(parent.size());
            int to = Math.min(parent.size(), from + 1 + random.nextInt(3));
            shorter = parent.filtered(index -> index < from || index >= to);
        }
        int cut = shorter.size() - (random.nextInt(3) == 0 ? random.nextInt(shorter.size() + 1) : 0);
        Program head = shorter.filtered(index -> index < cut);
        int more = 1 + random.nextInt(6);
        Program grown = extend(head, Math.min(most, head.size() + more), random);
        List<Step> all = new ArrayList<>(grown.steps());
        for (int i = cut; i < shorter.size() && all.size() < most; i++) {
            all.add(shorter.steps().get(i));
        }
        Program child = Program.prune(all);
        int wanted = Math.min(maxSteps, Math.max(child.size(), length(random)));
        return child.size() < wanted ? extend(child, wanted, random) : child;
    }

    private int length(Random random) {
        return minSteps + random.nextInt(maxSteps - minSteps + 1);
    }

    private Program extend(Program start, int length, Random random) {
        Model model = new Model();
        Map<HandleKind, Integer> next = new EnumMap<>(HandleKind.class);
        next.put(HandleKind.TASK, 1);
        List<Step> steps = new ArrayList<>();
        for (Step step : start.steps()) {
            add(steps, step, model, next);
        }
        int failures = 0;
        while (steps.size() < length && failures < TRIES) {
            List<Task> tasks = model.livingTasks();
            if (tasks.isEmpty()) {
                break;
            }
            // The first task is where most pins and mappings are.
            Task task = random.nextBoolean() ? tasks.get(0) : tasks.get(random.nextInt(tasks.size()));
            Operation operation = swarm.pick(random);
            Optional<Step> step = operation.draw(new Draw(random, model, task.number(), next));
            if (step.isPresent()) {
                add(steps, step.get(), model, next);
                failures = 0;
            } else {
                failures++;
            }
        }
        return new Program(steps);
    }

    private static void add(List<Step> steps, Step step, Model model, Map<HandleKind, Integer> next) {
        Operation operation = Operations.of(step);
        if (model.alive(step.task()) && !operation.skipped(model, step)) {
            operation.apply(model, steps.size(), step, Optional.empty());
        }
        step.created().ifPresent(handle -> next.merge(handle.kind(), handle.number() + 1, Math::max));
        steps.add(step);
    }
}
