// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of a tool of this machine, without a shell and without input; it speaks English whatever the user's language.
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

    /**
     * Runs it, both its outputs together into a file.
     *
     * @throws IOException when the program cannot be started, or the log cannot be written
     * @throws VmException when it runs longer than the limit; it is killed then
     */
    public Result run(Path log) throws IOException, InterruptedException {
        return run(log, true);
    }

    /** Runs it and answers what it printed on its standard output alone. */
    public Result runForOutput() throws IOException, InterruptedException {
        Path output = Files.createTempFile("pinfuzz", ".out");
        try {
            return run(output, false);
        } finally {
            Files.deleteIfExists(output);
        }
    }

    private Result run(Path log, boolean withErrors) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(arguments)
                .directory(directory.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(log.toFile())
                .redirectErrorStream(withErrors);
        if (!withErrors) {
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        }
        Map<String, String> environment = builder.environment();
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("DEBIAN_FRONTEND", "noninteractive");
        Process process = builder.start();
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new VmException("running " + String.join(" ", arguments) + " took longer than "
                        + limit.toSeconds() + " s and was stopped; its output is in " + log);
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(log, StandardCharsets.ISO_8859_1));
    }

    /** Whether a program of this name is in the search path or in the system's own directories. */
    public static boolean available(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin";
        for (String part : path.split(":")) {
            if (!part.isEmpty() && Files.isExecutable(Path.of(part, program))) {
                return true;
            }
        }
        return false;
    }
}
