// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a program is to run: without a shell, connected to files only, so that no thread need pump its streams. */
public sealed interface ToolRun {
    /** The program and its arguments. */
    List<String> arguments();

    /** Where it runs. */
    Path directory();

    /** Where its standard output goes. */
    Path output();

    /**
     * A command that ends by itself. It has no input, and speaks English whatever the user's language.
     *
     * @param withErrors whether its standard error goes where its output does; otherwise it is dropped
     */
    record Command(List<String> arguments, Path directory, Path output, boolean withErrors) implements ToolRun {
        public Command {
            arguments = List.copyOf(arguments);
            requireNonNull(directory, "directory is null");
            requireNonNull(output, "output is null");
        }
    }

    /**
     * A guest's QEMU. It never outlives this process, however that ends.
     *
     * @param input what it finds as its standard input
     * @param output where its standard output and error go
     * @param maxFileBytes how large each file that it writes may become; what it writes beyond that is lost
     */
    record Guest(List<String> arguments, Path directory, Path input, Path output, long maxFileBytes)
            implements ToolRun {
        public Guest {
            arguments = List.copyOf(arguments);
            requireNonNull(directory, "directory is null");
            requireNonNull(input, "input is null");
            requireNonNull(output, "output is null");
        }

        /** The command line with the program that sets the limits in front. */
        public List<String> limited() {
            List<String> command = new ArrayList<>(List.of("prlimit", "--core=0", "--fsize=" + maxFileBytes, "--"));
            command.addAll(arguments);
            return List.copyOf(command);
        }
    }
}
