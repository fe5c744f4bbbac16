// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where tools run that are not Java: QEMU, compilers, make. Whatever it is, it sees the checkout, the cache and the run
 * directories under the same names as this process does.
 */
public interface Toolbox extends AutoCloseable {
    /** A word that tells one from another, part of file names. */
    String name();

    /** Where its programs are, for users. */
    String description();

    /** Whether it has a program of this name. */
    boolean available(String program);

    /**
     * What to say when a program is missing: where it is not, and what to do about that.
     *
     * @param debianPackage the package that brings it
     */
    String missing(String program, String debianPackage);

    /** A directory for short-lived files that tools write. */
    Path temporary();

    /**
     * Starts a program.
     *
     * @throws IOException when it cannot be started; where that shows later, it ends with status 126 or 127
     */
    RunningTool start(ToolRun run) throws IOException, InterruptedException;

    /** The processes of this machine in which what was started here runs now. */
    Stream<ProcessHandle> processes();

    /** Ends all that still runs here, if this toolbox was made for this process. */
    @Override
    void close();
}
