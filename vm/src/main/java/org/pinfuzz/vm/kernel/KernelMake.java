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
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinfuzz.vm.VmException;

/** Runs the kernel's own build in a tree, with nothing of this process's environment but where programs are. */
final class KernelMake {
    private static final long POLL_MS = 250;
    private static final int MESSAGE_LINES = 8;
    /** What kbuild says of each file that it makes. */
    private static final Pattern STEP = Pattern.compile("^  [A-Z][A-Z0-9_]* .*");

    private static final Pattern COMPILER_ERROR =
            Pattern.compile("^(?<file>[^\\s:]+):\\d+:(?:\\d+:)? (?:fatal )?error: .*");
    private static final Pattern FAILED_TARGET =
            Pattern.compile("^make(?:\\[\\d+\\])?: \\*\\*\\* \\[(?:[^\\]]*: )?(?<file>[^\\]]+)\\] Error \\d+.*");

    private final Path tree;
    private final Path log;

    /** The log is begun anew. */
    KernelMake(Path tree, Path log) throws IOException {
        this.tree = tree;
        this.log = log;
        Files.createDirectories(log.getParent());
        Files.writeString(log, "");
    }

    /** How a run of make ended: well, badly, or with no room left, after which files may be incomplete. */
    enum Ending {
        WELL,
        BADLY,
        DISK_FULL
    }

    /**
     * Runs make.
     *
     * @param arguments targets and variables
     * @param steps is told how many steps are done
     */
    Ending run(List<String> arguments, LongConsumer steps) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        // Make ends its children when it gets this signal, so a killed JVM leaves no build behind.
        command.addAll(List.of("setpriv", "--pdeathsig", "TERM", "--", "make"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(tree.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        cleanEnvironment(builder.environment());
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(Files.newInputStream(log), StandardCharsets.ISO_8859_1))) {
            output.skip(Files.size(log));
            Process make = builder.start();
            Thread onExit = new Thread(() -> end(make), "end of make");
            Runtime.getRuntime().addShutdownHook(onExit);
            try {
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
            } finally {
                end(make);
                removeHook(onExit);
            }
            if (make.exitValue() == 0) {
                return Ending.WELL;
            }
            return diskFull() ? Ending.DISK_FULL : Ending.BADLY;
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

    private static void end(Process make) {
        List<ProcessHandle> descendants = make.descendants().toList();
        make.destroy();
        descendants.forEach(ProcessHandle::destroy);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending; the hook has run or runs.
            Thread.currentThread().interrupt();
        }
    }

    private boolean diskFull() throws IOException {
        String text = Files.readString(log, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        return text.contains("no space left on device") || text.contains("disk quota exceeded");
    }

    /** Why a run ended badly: the file and what the compiler said of it, as far as the log tells. */
    VmException failure(String doing, Ending ending) throws IOException {
        String where = "\nthe whole log is in " + log;
        if (ending == Ending.DISK_FULL) {
            return new VmException(doing + " failed: the disk is full; make room (a build tree takes up to 2 GB) and"
                    + " run it again; nothing of the failed build was kept" + where);
        }
        List<String> lines =
                Files.readString(log, StandardCharsets.ISO_8859_1).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher error = COMPILER_ERROR.matcher(lines.get(i));
            if (error.matches()) {
                return new VmException(doing + " failed in " + error.group("file") + ":\n  "
                        + String.join("\n  ", lines.subList(i, Math.min(lines.size(), i + MESSAGE_LINES))) + where);
            }
        }
        Optional<Matcher> target = lines.stream()
                .map(FAILED_TARGET::matcher)
                .filter(Matcher::matches)
                .findFirst();
        // With several jobs what went wrong is seldom the last thing said.
        List<String> stops = lines.stream()
                .filter(line -> line.contains("***"))
                .limit(MESSAGE_LINES)
                .toList();
        String last = String.join(
                "\n  ",
                stops.isEmpty() ? lines.subList(Math.max(0, lines.size() - MESSAGE_LINES), lines.size()) : stops);
        return new VmException(doing + " failed"
                + target.map(matcher -> " at " + matcher.group("file")).orElse("") + ":\n  " + last + where);
    }
}
