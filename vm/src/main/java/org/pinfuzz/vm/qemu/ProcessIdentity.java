// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process of this machine since its boot: numbers of processes are used again, a number with a start time is not.
 *
 * @param pid its number
 * @param startTicks when it started, in clock ticks since boot: field 22 of {@code /proc/<pid>/stat}, see proc(5)
 */
public record ProcessIdentity(long pid, long startTicks) {
    private static final int START_FIELD_AFTER_NAME = 19;
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18}) ([0-9]{1,18})");

    /** The process that has this number now. */
    public static Optional<ProcessIdentity> of(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            // The name is in parentheses and may hold anything, further parentheses too.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Optional.of(new ProcessIdentity(pid, Long.parseLong(fields[START_FIELD_AFTER_NAME])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public static ProcessIdentity ofThisProcess() {
        return of(ProcessHandle.current().pid())
                .orElseThrow(() -> new IllegalStateException("/proc does not show this process"));
    }

    public boolean alive() {
        return of(pid).filter(this::equals).isPresent();
    }

    /** Kills the process, if it is still this one. */
    void kill() {
        if (alive()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    public static Optional<ProcessIdentity> parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        return matcher.matches()
                ? Optional.of(new ProcessIdentity(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
                : Optional.empty();
    }

    /** The form that {@link #parse} reads. */
    public String text() {
        return pid + " " + startTicks;
    }
}
