// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.pinfuzz.vm.RunningTool;
import org.pinfuzz.vm.ToolRun;
import org.pinfuzz.vm.Toolbox;

/** One running QEMU. It dies with this process, and its files cannot grow beyond a limit: see {@link ToolRun.Guest}. */
final class QemuProcess {
    private static final Path NOTHING = Path.of("/dev/null");
    private static final Duration TERM_GRACE = Duration.ofMillis(500);
    private static final Duration KILL_GRACE = Duration.ofSeconds(5);

    private final RunningTool tool;

    private QemuProcess(RunningTool tool) {
        this.tool = tool;
    }

    /**
     * Starts QEMU.
     *
     * @param tools where it runs
     * @param arguments the program and its arguments
     * @param directory where it runs; file names in the arguments are relative to it, its messages go to
     *     {@code qemu.log} there
     * @param input what it finds as its standard input
     * @param maxFileBytes how large each file that it writes may become; what it writes beyond that is lost
     */
    static QemuProcess start(Toolbox tools, List<String> arguments, Path directory, Path input, long maxFileBytes)
            throws IOException, InterruptedException {
        RunningTool tool = tools.start(
                new ToolRun.Guest(arguments, directory, input, directory.resolve("qemu.log"), maxFileBytes));
        OptionalLong pid = tool.pid();
        if (pid.isPresent()) {
            RunDirectories.noteQemu(directory, pid.getAsLong());
        }
        return new QemuProcess(tool);
    }

    static Path nothing() {
        return NOTHING;
    }

    boolean alive() {
        return tool.alive();
    }

    /** Waits for the end; whether it came in time. */
    boolean awaitExit(Duration limit) throws InterruptedException {
        return tool.awaitExit(limit);
    }

    /** The exit status of a process that has ended; 128 and the signal's number when a signal ended it. */
    int exitStatus() {
        return tool.exitStatus();
    }

    /** Ends it politely, then less politely, and does not come back before it is gone. */
    void stop() throws InterruptedException {
        tool.terminate();
        if (!awaitExit(TERM_GRACE)) {
            kill();
        }
    }

    /** Kills it and whatever it may have started. */
    void kill() throws InterruptedException {
        tool.kill();
        awaitExit(KILL_GRACE);
    }
}
