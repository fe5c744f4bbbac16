// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.OperationType;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * An operation, described once: its parameters and how they are drawn, when it makes no call, and what it does to the
 * model. One subclass and one C function of the agent make an operation; wire form, JSON, renumbering and shrinking
 * follow from the parameters.
 */
public abstract class Operation implements OperationType {
    private final String name;
    private final int code;
    private final List<Parameter> parameters;

    protected Operation(String name, int code, Parameter... parameters) {
        this.name = name;
        this.code = code;
        this.parameters = List.of(parameters);
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final int code() {
        return code;
    }

    @Override
    public final List<Parameter> parameters() {
        return parameters;
    }

    /** What a guest must have for this operation to be drawn. */
    public Set<Facility> needs() {
        return Set.of();
    }

    /** What it belongs to. */
    public Family family() {
        return Family.CORE;
    }

    /** How often it is drawn beside the others before a campaign slice changes the weights. */
    public int weight() {
        return 80;
    }

    /** Whether a step of it may move pages to other frames, or out of memory. */
    public boolean migrates(Step step) {
        return false;
    }

    /** Simpler operations that may show the same: shrinking tries them in its place, in this order. */
    public List<Operation> simpler() {
        return List.of();
    }

    /** Whether what it makes is always a long-term pin. */
    public boolean pinsForLong() {
        return false;
    }

    /**
     * What it means that a step of it never came back; empty where that says nothing, because it may have to wait or the
     * guest was slow.
     */
    public Optional<Expectation> neverAnswered(Model model, Step step) {
        return Optional.empty();
    }

    /** What a guest looks at around a step, beside what the step touches. The code on the wire is the ordinal. */
    public enum Watch {
        NOTHING,
        /** The kernel's log, how many pages are pinned, and what each memory is charged with. */
        ACCOUNTS,
        /** How many pages are pinned. */
        PINS
    }

    /** What the guest looks at around each step of it. */
    public Watch watch() {
        return Watch.NOTHING;
    }

    /** Draws a step of this operation for the task, or nothing if it would make no sense in this state. */
    public abstract Optional<Step> draw(Draw draw);

    /** Whether no system call is made in this state, its task being alive: a closed descriptor, a spent pin. */
    public boolean skipped(Model model, Step step) {
        return false;
    }

    /**
     * Judges what the guest saw and does to the model what the kernel said it did.
     *
     * @param index the step's place in the program
     * @param observed what the guest saw; empty when a program is drawn, and then the kernel is taken to do what it can
     */
    public abstract Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed);

    /**
     * Writes what this step does as lines of a C test.
     *
     * @throws IllegalArgumentException where the operation has no C text
     */
    public void writeC(Step step, CText text) {
        throw new IllegalArgumentException(name + " cannot be written as a C test");
    }

    @Override
    public final String toString() {
        return name;
    }
}
