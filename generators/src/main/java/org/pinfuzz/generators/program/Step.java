// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.IntUnaryOperator;

/**
 * One operation by one task.
 *
 * @param lane which of several steps that start together this is; 0 in sequential programs
 * @param task number of the task that runs it
 * @param operation what is done
 * @param arguments one value per parameter of the operation, within the parameter's range
 */
public record Step(int lane, int task, OperationType operation, List<Integer> arguments) {
    public Step {
        requireNonNull(operation, "operation is null");
        arguments = List.copyOf(arguments);
        if (lane < 0 || lane > 15) {
            throw new IllegalArgumentException("lane " + lane + " is outside 0..15");
        }
        if (task < 0 || task >= HandleKind.TASK.limit()) {
            throw new IllegalArgumentException("task t" + task + " is outside t0..t" + (HandleKind.TASK.limit() - 1));
        }
        List<Parameter> parameters = operation.parameters();
        if (arguments.size() != parameters.size()) {
            throw new IllegalArgumentException(
                    operation.name() + " takes " + parameters.size() + " arguments, not " + arguments.size());
        }
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            int value = arguments.get(i);
            if (value < parameter.min() || value > parameter.max()) {
                throw new IllegalArgumentException(operation.name() + "." + parameter.name() + " is " + value
                        + ", outside " + parameter.min() + ".." + parameter.max());
            }
        }
    }

    public static Step of(int task, OperationType operation, Integer... arguments) {
        return new Step(0, task, operation, List.of(arguments));
    }

    /** The value of a parameter of this step's operation. */
    public int get(Parameter parameter) {
        int index = operation.parameters().indexOf(parameter);
        if (index < 0) {
            throw new IllegalArgumentException(operation.name() + " has no parameter " + parameter.name());
        }
        return arguments.get(index);
    }

    /** This step with another value for the parameter at {@code index}. */
    public Step with(int index, int value) {
        List<Integer> changed = new ArrayList<>(arguments);
        changed.set(index, value);
        return new Step(lane, task, operation, changed);
    }

    public Step withTask(int newTask) {
        return new Step(lane, newTask, operation, arguments);
    }

    /** The same step in another lane. */
    public Step withLane(int newLane) {
        return new Step(newLane, task, operation, arguments);
    }

    /** The handle that this step creates. */
    public Optional<Handle> created() {
        for (int i = 0; i < arguments.size(); i++) {
            if (operation.parameters().get(i) instanceof Parameter.Creates creates) {
                return Optional.of(new Handle(creates.kind(), arguments.get(i)));
            }
        }
        return Optional.empty();
    }

    /** The handles that this step refers to, its own task first. */
    public List<Handle> used() {
        List<Handle> handles = new ArrayList<>();
        handles.add(new Handle(HandleKind.TASK, task));
        for (int i = 0; i < arguments.size(); i++) {
            if (operation.parameters().get(i) instanceof Parameter.Uses uses) {
                handles.add(new Handle(uses.kind(), arguments.get(i)));
            }
        }
        return handles;
    }

    /** This step with all its handles renamed. */
    Step renamed(java.util.function.Function<HandleKind, IntUnaryOperator> names) {
        List<Integer> changed = new ArrayList<>(arguments);
        for (int i = 0; i < arguments.size(); i++) {
            Parameter parameter = operation.parameters().get(i);
            if (parameter instanceof Parameter.Creates creates) {
                changed.set(i, names.apply(creates.kind()).applyAsInt(arguments.get(i)));
            } else if (parameter instanceof Parameter.Uses uses) {
                changed.set(i, names.apply(uses.kind()).applyAsInt(arguments.get(i)));
            }
        }
        return new Step(lane, names.apply(HandleKind.TASK).applyAsInt(task), operation, changed);
    }

    /** The arguments as text: {@code region=r0 first=0 pages=1 access=write}. */
    public String argumentText() {
        StringJoiner text = new StringJoiner(" ");
        for (int i = 0; i < arguments.size(); i++) {
            text.add(operation.parameters().get(i).name() + "=" + valueText(i));
        }
        return text.toString();
    }

    /** The value of the parameter at {@code index} as text: a handle, a constant's name or a number. */
    public String valueText(int index) {
        Parameter parameter = operation.parameters().get(index);
        int value = arguments.get(index);
        if (parameter instanceof Parameter.Creates creates) {
            return creates.kind().text(value);
        }
        if (parameter instanceof Parameter.Uses uses) {
            return uses.kind().text(value);
        }
        if (parameter instanceof Parameter.Choice choice) {
            return choice.constants().get(value);
        }
        return Integer.toString(value);
    }

    @Override
    public String toString() {
        return "t" + task + ": " + operation.name() + " " + argumentText();
    }
}
