// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

/**
 * How long the agent lets programs run before it kills them.
 *
 * @param stepMs longest time of one step, milliseconds
 * @param programMs longest time of one program, milliseconds
 */
public record ExecutionLimits(int stepMs, int programMs) {
    /** Much more than the slowest step takes under emulation (compaction of a whole guest: tens of milliseconds). */
    public static final ExecutionLimits DEFAULT = new ExecutionLimits(3_000, 8_000);

    public ExecutionLimits {
        if (stepMs <= 0 || programMs < stepMs) {
            throw new IllegalArgumentException("limits of " + stepMs + " ms a step and " + programMs
                    + " ms a program: both must be above zero, the program's not below the step's");
        }
    }
}
