// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Everything that a guest saw of one run of a program. It is stored before it is judged, so that a later judge can
 * judge it again.
 *
 * @param end how the program ended
 * @param steps one for each step of the program
 * @param reads what pins and tasks read at the end: all pins first, then memory task by task
 * @param endPages facts of the pinned frames at the end, while they were still pinned
 * @param leftovers what was there after all its tasks were gone
 */
public record Trace(
        ProgramEnd end, List<StepTrace> steps, List<EndRead> reads, List<PageFact> endPages, Leftovers leftovers) {
    public Trace {
        requireNonNull(end, "end is null");
        requireNonNull(leftovers, "leftovers is null");
        steps = List.copyOf(steps);
        reads = List.copyOf(reads);
        endPages = List.copyOf(endPages);
    }

    /** The trace of a program that never ran. */
    public static Trace notStarted() {
        return new Trace(ProgramEnd.NOT_STARTED, List.of(), List.of(), List.of(), Leftovers.NOTHING);
    }

    /** The same trace with what its guest had left behind when everything had settled. */
    public Trace withLeftovers(Leftovers settled) {
        return new Trace(end, steps, reads, endPages, settled);
    }

    public int executedSteps() {
        return (int) steps.stream().filter(StepTrace::done).count();
    }

    /** The same observations with all times zero: two runs of one program on one kernel can be compared. */
    public Trace withoutTimes() {
        List<StepTrace> untimed = steps.stream()
                .map(step -> new StepTrace(
                        step.status(),
                        step.result(),
                        step.faultMask(),
                        step.values(),
                        step.mappings(),
                        step.pages(),
                        step.accounts(),
                        0,
                        0))
                .toList();
        return new Trace(end, untimed, reads, endPages, leftovers);
    }
}
