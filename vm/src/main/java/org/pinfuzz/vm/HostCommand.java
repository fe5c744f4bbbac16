// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One run of a tool, of this machine or of another {@link Toolbox}, without a shell and without input; it speaks English
 * whatever the user's language.
 *
 * @param arguments the program and its arguments
 * @param directory where it runs
 * @param limit how long it may take
 */
public record HostCommand(List<String> arguments, Path directory, Duration limit) {
    private static final int SHOWN_LINES = 15;

    public HostCommand {
        arguments = List.copyOf(arguments);
    }

    /**
     * What came of it.
     *
     * @param status exit status
     * @param output what it printed
     */
    public record Result(int status, String output) {
        public boolean succeeded() {
            return status == 0;
        }

        /** The last lines of the output, for an error message. */
        public String lastLines() {
            List<String> lines = output.lines().toList();
            return String.join("\n  ", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
        }
    }

    /** Runs it on this machine, see {@link #run(Toolbox, Path)}. */
    public Result run(Path log) throws IOException, InterruptedException {
        return run(new HostTools(), log);
    }

    /** Runs it on this machine and answers what it printed on its standard output alone. */
    public Result runForOutput() throws IOException, InterruptedException {
        return runForOutput(new HostTools());
    }

    /**
     * Runs it, both its outputs together into a file.
     *
     * @param tools where it runs
     * @throws IOException when the program cannot be started, or the log cannot be written
     * @throws VmException when it runs longer than the limit; it is killed then
     */
    public Result run(Toolbox tools, Path log) throws IOException, InterruptedException {
        return run(tools, log, true);
    }

    /** Runs it and answers what it printed on its standard output alone. */
    public Result runForOutput(Toolbox tools) throws IOException, InterruptedException {
        Path output = Files.createTempFile(tools.temporary(), "pinfuzz", ".out");
        try {
            return run(tools, output, false);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private Result run(Toolbox tools, Path log, boolean withErrors) throws IOException, InterruptedException {
        RunningTool tool = tools.start(new ToolRun.Command(arguments, directory, log, withErrors));
        try {
            if (!tool.awaitExit(limit)) {
                throw new VmException("running " + String.join(" ", arguments) + " took longer than "
                        + limit.toSeconds() + " s and was stopped; its output is in " + log);
            }
        } finally {
            tool.kill();
        }
        return new Result(tool.exitStatus(), Files.readString(log, StandardCharsets.ISO_8859_1));
    }

    /** Whether this machine has a program of this name, in the search path or in the system's own directories. */
    public static boolean available(String program) {
        return new HostTools().available(program);
    }
}
