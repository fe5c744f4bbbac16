// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecuteResultHandler;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;

/**
 * One running QEMU. It is executed itself, without a shell; it dies with the thread that started it, which lives
 * exactly as long as it does, and so with this Java process, however that ends: {@code setpriv --pdeathsig} asks the
 * kernel for that. Its files cannot grow beyond a limit: {@code prlimit --fsize}.
 */
final class QemuProcess {
    private static final Path NOTHING = Path.of("/dev/null");
    private static final Duration TERM_GRACE = Duration.ofMillis(500);
    private static final Duration KILL_GRACE = Duration.ofSeconds(5);

    private final Process process;

    private QemuProcess(Process process) {
        this.process = process;
    }

    /**
     * Starts QEMU.
     *
     * @param arguments the program and its arguments
     * @param directory where it runs; file names in the arguments are relative to it, its messages go to
     *     {@code qemu.log} there
     * @param input what it finds as its standard input
     * @param maxFileBytes how large each file that it writes may become; what it writes beyond that is lost
     */
    static QemuProcess start(List<String> arguments, Path directory, Path input, long maxFileBytes)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "setpriv", "--pdeathsig", "KILL", "--", "prlimit", "--core=0", "--fsize=" + maxFileBytes, "--"));
        command.addAll(arguments);
        Launcher launcher = new Launcher(directory, input);
        CommandLine line = new CommandLine(command.get(0));
        command.subList(1, command.size()).forEach(argument -> line.addArgument(argument, false));
        launcher.execute(line, new DefaultExecuteResultHandler());
        try {
            Process process = launcher.launched.get();
            RunDirectories.noteQemu(directory, process.pid());
            return new QemuProcess(process);
        } catch (ExecutionException e) {
            throw new IOException(
                    "starting " + command.get(0) + " failed: "
                            + e.getCause().getMessage()
                            + "; the packages util-linux and qemu-system-x86 must be installed",
                    e);
        }
    }

    /** Keeps the process that is launched, and connects it to files, so that no thread need pump its streams. */
    private static final class Launcher extends DefaultExecutor {
        private final CompletableFuture<Process> launched = new CompletableFuture<>();
        private final Path directory;
        private final Path input;

        @SuppressWarnings("deprecation") // the builder of Commons Exec makes no subclasses
        Launcher(Path directory, Path input) {
            this.directory = directory;
            this.input = input;
            setStreamHandler(new NoStreams());
        }

        @Override
        protected Process launch(CommandLine command, Map<String, String> environment, Path workingDirectory)
                throws IOException {
            try {
                ProcessBuilder builder = new ProcessBuilder(List.of(command.toStrings()))
                        .directory(directory.toFile())
                        .redirectInput(input.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("qemu.log").toFile());
                Process process = builder.start();
                launched.complete(process);
                return process;
            } catch (IOException e) {
                launched.completeExceptionally(e);
                throw e;
            }
        }

        @Override
        protected Thread createThread(Runnable runnable, String name) {
            Thread thread = new Thread(runnable, "qemu");
            thread.setDaemon(true);
            return thread;
        }
    }

    /** QEMU's streams are files. */
    private static final class NoStreams implements ExecuteStreamHandler {
        @Override
        public void setProcessErrorStream(InputStream stream) {}

        @Override
        public void setProcessInputStream(OutputStream stream) {}

        @Override
        public void setProcessOutputStream(InputStream stream) {}

        @Override
        public void start() {}

        @Override
        public void stop() {}
    }

    static Path nothing() {
        return NOTHING;
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Waits for the end; whether it came in time. */
    boolean awaitExit(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** The exit status of a process that has ended; 128 and the signal's number when a signal ended it. */
    int exitStatus() {
        return process.exitValue();
    }

    /** Ends it politely, then less politely, and does not come back before it is gone. */
    void stop() throws InterruptedException {
        process.destroy();
        if (!awaitExit(TERM_GRACE)) {
            kill();
        }
    }

    /** Kills it and whatever it may have started. */
    void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        awaitExit(KILL_GRACE);
    }
}
