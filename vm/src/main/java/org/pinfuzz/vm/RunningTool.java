// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.time.Duration;
import java.util.OptionalLong;

/** A program that was started in a {@link Toolbox}. May be used by any number of threads. */
public interface RunningTool {
    /** The number of its process, if that is one of this machine's own numbers. */
    OptionalLong pid();

    boolean alive();

    /** Waits for the end; whether it came in time. */
    boolean awaitExit(Duration limit) throws InterruptedException;

    /** The exit status of a program that has ended; 128 and the signal's number when a signal ended it. */
    int exitStatus();

    /** Asks it to end. */
    void terminate();

    /** Kills it and whatever it may have started. */
    void kill();
}
