// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.exec.CommandLine;
import org.apache.commons.exec.DefaultExecuteResultHandler;
import org.apache.commons.exec.DefaultExecutor;
import org.apache.commons.exec.ExecuteStreamHandler;

/**
 * The tools of this machine. A guest is executed itself, without a shell; it dies with the thread that started it,
 * which lives exactly as long as it does, and so with this Java process, however that ends: {@code setpriv --pdeathsig}
 * asks the kernel for that.
 */
public final class HostTools implements Toolbox {
    @Override
    public String name() {
        return "host";
    }

    @Override
    public String description() {
        return "of this machine";
    }

    /** Whether a program of this name is in the search path or in the system's own directories. */
    @Override
    public boolean available(String program) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin";
        for (String part : path.split(":")) {
            if (!part.isEmpty() && Files.isExecutable(Path.of(part, program))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String missing(String program, String debianPackage) {
        return program + " is not on this machine; install the package " + debianPackage
                + ", or use --in-container, whose image has it";
    }

    @Override
    public Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    @Override
    public RunningTool start(ToolRun run) throws IOException, InterruptedException {
        return new HostProcess(
                run instanceof ToolRun.Guest guest ? startGuest(guest) : startCommand((ToolRun.Command) run));
    }

    private static Process startCommand(ToolRun.Command run) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(run.arguments())
                .directory(run.directory().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(run.output().toFile())
                .redirectErrorStream(run.withErrors());
        if (!run.withErrors()) {
            builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        }
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
        return builder.start();
    }

    private static Process startGuest(ToolRun.Guest run) throws IOException, InterruptedException {
        // In a session of its own: an interrupt from the terminal is meant for us, and we end the guests.
        List<String> command = new ArrayList<>(List.of("setsid", "setpriv", "--pdeathsig", "KILL", "--"));
        command.addAll(run.limited());
        Launcher launcher = new Launcher(run);
        CommandLine line = new CommandLine(command.get(0));
        command.subList(1, command.size()).forEach(argument -> line.addArgument(argument, false));
        launcher.execute(line, new DefaultExecuteResultHandler());
        try {
            return launcher.launched.get();
        } catch (ExecutionException e) {
            throw new IOException(
                    "starting " + command.get(0) + " failed: "
                            + e.getCause().getMessage()
                            + "; the packages util-linux and qemu-system-x86 must be installed",
                    e);
        }
    }

    @Override
    public Stream<ProcessHandle> processes() {
        return ProcessHandle.current().descendants();
    }

    @Override
    public void close() {
        // This machine's tools are not ours to end; whoever started one ends it.
    }

    /** Keeps the process that is launched, and connects it to files. */
    private static final class Launcher extends DefaultExecutor {
        private final CompletableFuture<Process> launched = new CompletableFuture<>();
        private final ToolRun.Guest run;

        @SuppressWarnings("deprecation") // the builder of Commons Exec makes no subclasses
        Launcher(ToolRun.Guest run) {
            this.run = run;
            setStreamHandler(new NoStreams());
        }

        @Override
        protected Process launch(CommandLine command, Map<String, String> environment, Path workingDirectory)
                throws IOException {
            try {
                ProcessBuilder builder = new ProcessBuilder(List.of(command.toStrings()))
                        .directory(run.directory().toFile())
                        .redirectInput(run.input().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(run.output().toFile());
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

    /** A guest's streams are files. */
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

    private record HostProcess(Process process) implements RunningTool {
        @Override
        public OptionalLong pid() {
            return OptionalLong.of(process.pid());
        }

        @Override
        public boolean alive() {
            return process.isAlive();
        }

        @Override
        public boolean awaitExit(Duration limit) throws InterruptedException {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        }

        @Override
        public int exitStatus() {
            return process.exitValue();
        }

        @Override
        public void terminate() {
            process.destroy();
        }

        @Override
        public void kill() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
