// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinfuzz.vm.VmException;

/** Runs the kernel's own build in a tree, with nothing of this process's environment but where programs are. */
final class KernelMake {
    private static final long POLL_MS = 250;
    private static final int MESSAGE_LINES = 8;
    /** A compiler that is told to stop stops at once; a linker may have much to delete. */
    private static final long SETTLE_SECONDS = 10;
    /** With less a build that failed without an error of the compiler failed for that; linking alone takes more. */
    private static final long LEAST_FREE_MIB = 64;
    /** Where the compiler keeps what lies between its passes. */
    private static final Path TEMPORARY =
            Path.of(System.getenv().getOrDefault("TMPDIR", System.getProperty("java.io.tmpdir")));
    /** What kbuild says of each file that it makes. */
    private static final Pattern STEP = Pattern.compile("^  [A-Z][A-Z0-9_]* .*");

    private static final Pattern COMPILER_ERROR =
            Pattern.compile("^(?<file>[^\\s:]+):\\d+:(?:\\d+:)? (?:fatal )?error: .*");
    private static final Pattern FAILED_TARGET =
            Pattern.compile("^make(?:\\[\\d+\\])?: \\*\\*\\* \\[(?:[^\\]]*: )?(?<file>[^\\]]+)\\] Error \\d+.*");

    private final BuildTree tree;
    private final Path log;

    /** The log is begun anew. */
    KernelMake(BuildTree tree, Path log) throws IOException {
        this.tree = tree;
        this.log = log;
        Files.createDirectories(log.getParent());
        Files.writeString(log, "");
    }

    /**
     * Runs make. When it fails, the tree is left at rest, since make takes back what it could not finish; after a full
     * disk it is thrown away, since that cannot be relied upon.
     *
     * @param doing what for, for the message
     * @param arguments targets and variables
     * @param steps is told how many steps are done
     * @throws VmException when it fails, with the file and what the compiler said, as far as the log tells
     */
    void run(String doing, List<String> arguments, LongConsumer steps) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        // Make ends its children when it gets this signal, so a killed JVM leaves no build behind.
        command.addAll(List.of("setpriv", "--pdeathsig", "TERM", "--", "make"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(tree.root().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        cleanEnvironment(builder.environment());
        CountDownLatch settled = new CountDownLatch(1);
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(Files.newInputStream(log), StandardCharsets.ISO_8859_1))) {
            output.skip(Files.size(log));
            Process make = builder.start();
            Thread onExit = new Thread(() -> end(make, settled), "end of make");
            Runtime.getRuntime().addShutdownHook(onExit);
            try {
                follow(make, output, steps);
                if (make.exitValue() != 0) {
                    fail(doing);
                }
            } finally {
                make.destroy();
                settled.countDown();
                removeHook(onExit);
            }
        }
    }

    private static void follow(Process make, BufferedReader output, LongConsumer steps)
            throws IOException, InterruptedException {
        long done = 0;
        boolean running = true;
        while (running) {
            running = !make.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
            long before = done;
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                done += STEP.matcher(line).matches() ? 1 : 0;
            }
            if (done != before) {
                steps.accept(done);
            }
        }
    }

    private static void cleanEnvironment(Map<String, String> environment) {
        environment.keySet().retainAll(List.of("PATH", "HOME", "TMPDIR"));
        environment.put("LC_ALL", "C");
        // Nothing of this machine and of this minute goes into an image.
        environment.put("KBUILD_BUILD_USER", "pinfuzz");
        environment.put("KBUILD_BUILD_HOST", "pinfuzz");
        environment.put("KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 1970");
        environment.put("KBUILD_BUILD_VERSION", "1");
    }

    /** Ends make, which deletes what it is in the middle of, and waits until the tree's state says so. */
    private static void end(Process make, CountDownLatch settled) {
        make.destroy();
        try {
            if (!settled.await(SETTLE_SECONDS, TimeUnit.SECONDS)) {
                make.descendants().forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending and the hook waits for this.
            assert hook.isAlive() || hook.getState() == Thread.State.TERMINATED;
        }
    }

    private static boolean isCompilerError(String line) {
        return COMPILER_ERROR.matcher(line).matches();
    }

    private static long freeMib(Path place) throws IOException {
        return Files.getFileStore(place).getUsableSpace() >> 20;
    }

    private static boolean tellsOfFullDisk(String line) {
        String text = line.toLowerCase(Locale.ROOT);
        return text.contains("no space left on device") || text.contains("disk quota exceeded");
    }

    private void fail(String doing) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        String where = "\nthe whole log is in " + log;
        // On a full disk the log is cut off too, and what is missing may be just the line that says so.
        if (lines.stream().anyMatch(KernelMake::tellsOfFullDisk)
                || (freeMib(log) < LEAST_FREE_MIB && lines.stream().noneMatch(KernelMake::isCompilerError))) {
            String left = freeMib(log) + " MiB are left in " + log.getParent() + ", " + freeMib(TEMPORARY) + " MiB in "
                    + TEMPORARY;
            tree.discard();
            throw new VmException(doing + " failed: the disk is full (" + left
                    + "); make room (a build tree takes up to 1 GB) and run it again; nothing of the failed build was"
                    + " kept" + where);
        }
        tree.rest(false);
        throw new VmException(doing + " failed" + reason(lines) + where);
    }

    private static String reason(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            Matcher error = COMPILER_ERROR.matcher(lines.get(i));
            if (error.matches()) {
                return " in " + error.group("file") + ":\n  "
                        + String.join("\n  ", lines.subList(i, Math.min(lines.size(), i + MESSAGE_LINES)));
            }
        }
        // With several jobs what went wrong is seldom the last thing said.
        List<String> stops = lines.stream()
                .filter(line -> line.contains("***"))
                .limit(MESSAGE_LINES)
                .toList();
        String file = stops.stream()
                .map(FAILED_TARGET::matcher)
                .filter(Matcher::matches)
                .map(target -> " at " + target.group("file"))
                .findFirst()
                .orElse("");
        List<String> shown =
                stops.isEmpty() ? lines.subList(Math.max(0, lines.size() - MESSAGE_LINES), lines.size()) : stops;
        return file + ":\n  " + String.join("\n  ", shown);
    }
}
