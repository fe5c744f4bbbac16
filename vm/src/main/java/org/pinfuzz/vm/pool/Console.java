// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a guest's console as it grows and finds what a healthy kernel does not write. */
final class Console {
    /** How much is looked at in one go; what a guest writes beyond it between two looks is passed over. */
    private static final int MAX_LOOK_BYTES = 4 << 20;
    /** One trace of the kernel is 2 to 5 KiB. */
    private static final int MAX_EXTRACT_CHARACTERS = 16 << 10;

    private static final int MAX_SPLATS = 20;
    private static final int MAX_TITLE_CHARACTERS = 160;
    private static final Pattern TIMESTAMP = Pattern.compile("^(<[0-9]+>)?\\[\\s*[0-9]+\\.[0-9]+\\](\\[[^\\]]*\\])? ");
    /** How lines begin that report a fault of the kernel, behind the time stamp. */
    private static final Pattern SPLAT = Pattern.compile("^("
            + "WARNING: |BUG: |BUG |kernel BUG at |Oops: |Kernel panic|UBSAN: |watchdog: BUG: "
            + "|general protection fault|stack segment|invalid opcode|double fault|divide error|page fault"
            + "|(rcu|INFO: rcu).*stall|INFO: task .* blocked for more than|INFO: lockdep|INFO: possible"
            + "|list_(add|del) corruption|refcount_t: |Bad page state|Bad rss-counter"
            + "|.*\\bhung_task|.*self-detected stall|.*suspicious RCU usage|.*memory leak"
            + "|unable to handle |Unable to handle )");

    /** A report's first line that names a function; the place comes before it or behind it. */
    private static final Pattern NAMED =
            Pattern.compile("( in | at [^ ]+:[0-9]+ )([A-Za-z_][A-Za-z0-9_.]*)( \\[[a-z0-9_]+\\])?$");

    /** The order of kernels from 6.18 on: place, function, processor, process. */
    private static final Pattern NEW_WARNING =
            Pattern.compile("^WARNING: ([^ ]+:[0-9]+) at ([A-Za-z_][A-Za-z0-9_.]*), CPU.*$");

    private final Path file;
    private long position;
    private long watched;
    private boolean fault;

    Console(Path file) {
        this.file = file;
    }

    /** What was written since the last look. */
    String more() throws IOException {
        long end = size();
        String text = read(end);
        position = end;
        fault = false;
        return text;
    }

    /** Whether more was written since this was last asked; does not count as a look. */
    boolean grows() throws IOException {
        long end = size();
        boolean grew = end != watched;
        watched = end;
        fault |= grew && end > position && !splats(read(end)).isEmpty();
        return grew;
    }

    /** Whether there was a fault since the last look, when {@link #grows} was last asked. */
    boolean fault() {
        return fault;
    }

    private long size() throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private String read(long end) throws IOException {
        if (end <= position) {
            return "";
        }
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(MAX_LOOK_BYTES, end - position));
            channel.read(bytes, position);
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.ISO_8859_1);
        }
    }

    /** The titles of all faults in a piece of console, without repetitions. */
    static List<String> splats(String text) {
        List<String> titles = new ArrayList<>();
        List<String> lines = lines(text);
        for (int i = 0; i < lines.size() && titles.size() < MAX_SPLATS; i++) {
            if (SPLAT.matcher(lines.get(i)).find()) {
                String title = title(lines.subList(i, lines.size()));
                if (!titles.contains(title)) {
                    titles.add(title);
                }
            }
        }
        return titles;
    }

    /** The first fault of a piece of console and what follows it; empty when there is none. */
    static Optional<String> extract(String text) {
        List<String> lines = lines(text);
        for (int i = 0; i < lines.size(); i++) {
            if (SPLAT.matcher(lines.get(i)).find()) {
                String rest = String.join("\n", lines.subList(i, lines.size()));
                return Optional.of(rest.substring(0, Math.min(rest.length(), MAX_EXTRACT_CHARACTERS)));
            }
        }
        return Optional.empty();
    }

    /** The last part of a piece of console, for guests that say nothing of a fault. */
    static String tail(String text) {
        String all = String.join("\n", lines(text));
        return all.substring(Math.max(0, all.length() - MAX_EXTRACT_CHARACTERS));
    }

    private static List<String> lines(String text) {
        return text.lines()
                .map(line -> TIMESTAMP.matcher(line).replaceFirst(""))
                .map(line -> GuestText.of(line.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    /**
     * The same fault has the same title on every run: numbers of processes and CPUs, addresses and offsets are taken
     * out. The function that it is about is put in.
     */
    private static String title(List<String> fromHere) {
        String title = NEW_WARNING
                .matcher(fromHere.get(0).replaceAll("\\+0x[0-9a-f]+/0x[0-9a-f]+", ""))
                .replaceFirst("WARNING: at $1 $2")
                .replaceAll("CPU: ?[0-9]+ ?(UID: ?[0-9]+ )?PID: ?[0-9]+ ", "")
                .replaceAll("\\b(0x)?[0-9a-f]{8,16}\\b", "ADDRESS")
                .replaceAll("\\b(pid|CPU#|task|mm|pfn|idx|val|type)([:= ]*)[0-9A-Za-z]*[0-9][0-9A-Za-z]*", "$1$2N")
                .replaceAll("\\[#[0-9]+\\]", "")
                .replaceAll("\\s+", " ")
                .strip();
        String blamed = blamed(title, fromHere.subList(1, fromHere.size()));
        return blamed.substring(0, Math.min(blamed.length(), MAX_TITLE_CHARACTERS));
    }

    private static String blamed(String title, List<String> rest) {
        Matcher named = NAMED.matcher(title);
        boolean names = named.find();
        // The trace below a panic is that of panic(): its words say why.
        if ((names && !BlamedFunction.shared(named.group(2))) || title.startsWith("Kernel panic")) {
            return title;
        }
        return BlamedFunction.in(rest)
                .filter(function -> !title.contains(function))
                // "in memcpy" says nothing, where its caller is known.
                .map(function -> (names && named.group(1).equals(" in ") ? title.substring(0, named.start()) : title)
                        + " in " + function)
                .orElse(title);
    }
}
