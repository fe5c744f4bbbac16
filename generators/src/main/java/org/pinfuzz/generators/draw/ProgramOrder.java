// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/**
 * Which of two programs is simpler: the one with fewer steps, and of equally long ones the one whose first different step
 * is simpler (shortlex). A step is simpler by its lane, its task, the number of its operation, its handles and constants,
 * and last its counts, the last of them first: a range of fewer pages is simpler than one that starts earlier.
 */
public final class ProgramOrder implements Comparator<Program> {
    @Override
    public int compare(Program one, Program other) {
        if (one.size() != other.size()) {
            return Integer.compare(one.size(), other.size());
        }
        for (int i = 0; i < one.size(); i++) {
            int difference = compare(key(one.steps().get(i)), key(other.steps().get(i)));
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    private static int compare(List<Integer> one, List<Integer> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            int difference = Integer.compare(one.get(i), other.get(i));
            if (difference != 0) {
                return difference;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    /** The numbers of a step by which it is simpler than another, the weightiest first. */
    static List<Integer> key(Step step) {
        List<Integer> key = new ArrayList<>(
                List.of(step.lane(), step.task(), step.operation().code()));
        List<Parameter> parameters = step.operation().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            if (!(parameters.get(i) instanceof Parameter.Count)) {
                key.add(step.arguments().get(i));
            }
        }
        for (int i = parameters.size() - 1; i >= 0; i--) {
            if (parameters.get(i) instanceof Parameter.Count) {
                key.add(step.arguments().get(i));
            }
        }
        return key;
    }
}
