// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.util.OptionalLong;

/** Is told, in one line each, what takes long: downloads, builds, boots. */
@FunctionalInterface
public interface ProgressListener {
    /** Says nothing to anybody. */
    ProgressListener SILENT = line -> {};

    void progress(String line);

    /**
     * How far a job of many steps is; told several times a second while it runs.
     *
     * @param job what is being done
     * @param done steps that are done
     * @param expected how many there will be by the best estimate; empty when nothing is known
     */
    default void steps(String job, long done, OptionalLong expected) {}
}
