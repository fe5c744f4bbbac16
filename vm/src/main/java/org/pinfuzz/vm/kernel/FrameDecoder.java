// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinfuzz.vm.HostCommand;

/**
 * Says of frames of a kernel's trace in which line of its source they are, where a {@code vmlinux} with debug information
 * is there: in a built tree, or from the distribution's package of symbols. Without one, or if binutils fail, a console
 * stays as it is.
 */
public final class FrameDecoder implements UnaryOperator<String> {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** {@code [<…>] try_grab_folio+0x10b/0x110}, of the kernel itself: what follows names a module. */
    private static final Pattern FRAME =
            Pattern.compile("\\b([A-Za-z_][A-Za-z0-9_.]*)\\+0x([0-9a-f]{1,8})/0x([0-9a-f]{1,8})(?! \\[)");

    private static final Pattern SYMBOL = Pattern.compile("([0-9a-f]{8,16}) ([0-9a-f]{8,16}) [tTwW] (\\S+)");
    private static final int MAX_FRAMES = 200;

    private final Path vmlinux;

    FrameDecoder(Path vmlinux) {
        this.vmlinux = requireNonNull(vmlinux, "vmlinux is null");
    }

    /** A frame as a trace has it. */
    private record Frame(String function, long offset, long size) {}

    /** One for a kernel; it changes nothing where there are no symbols. */
    public static UnaryOperator<String> of(Kernel kernel) {
        return Stream.of(
                        kernel.headersDir().resolve("vmlinux"),
                        Path.of("/usr/lib/debug/boot/vmlinux-" + kernel.release()),
                        Path.of("/usr/lib/debug/lib/modules/" + kernel.release() + "/vmlinux"))
                .filter(Files::isRegularFile)
                .findFirst()
                .<UnaryOperator<String>>map(FrameDecoder::new)
                .orElse(UnaryOperator.identity());
    }

    @Override
    public String apply(String console) {
        Set<Frame> frames = new LinkedHashSet<>();
        Matcher found = FRAME.matcher(console);
        while (found.find() && frames.size() < MAX_FRAMES) {
            frames.add(frame(found));
        }
        if (frames.isEmpty()) {
            return console;
        }
        try {
            Map<Frame, String> lines = lines(frames);
            return FRAME.matcher(console)
                    .replaceAll(match -> Matcher.quoteReplacement(match.group()
                            + Optional.ofNullable(lines.get(frame(match)))
                                    .map(line -> " (" + line + ")")
                                    .orElse("")));
        } catch (IOException e) {
            return console;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return console;
        }
    }

    private static Frame frame(java.util.regex.MatchResult match) {
        return new Frame(match.group(1), Long.parseLong(match.group(2), 16), Long.parseLong(match.group(3), 16));
    }

    private Map<Frame, String> lines(Set<Frame> frames) throws IOException, InterruptedException {
        Map<Frame, Long> addresses = addresses(frames);
        List<Frame> known = new ArrayList<>(addresses.keySet());
        List<String> command = new ArrayList<>(List.of("addr2line", "-e", vmlinux.toString()));
        known.forEach(frame -> command.add(Long.toHexString(addresses.get(frame))));
        List<String> said = known.isEmpty() ? List.of() : output(command);
        Map<Frame, String> lines = new HashMap<>();
        for (int i = 0; i < Math.min(known.size(), said.size()); i++) {
            if (!said.get(i).startsWith("?")) {
                lines.put(known.get(i), fromTree(said.get(i)));
            }
        }
        return lines;
    }

    /** Where frames are in memory, if name and size say so: static functions may share a name. */
    private Map<Frame, Long> addresses(Set<Frame> frames) throws IOException, InterruptedException {
        Map<String, List<long[]>> symbols = new HashMap<>();
        for (String line : output(List.of("nm", "-S", vmlinux.toString()))) {
            Matcher symbol = SYMBOL.matcher(line);
            if (symbol.matches()) {
                symbols.computeIfAbsent(symbol.group(3), unused -> new ArrayList<>())
                        .add(new long[] {
                            Long.parseUnsignedLong(symbol.group(1), 16), Long.parseUnsignedLong(symbol.group(2), 16)
                        });
            }
        }
        Map<Frame, Long> addresses = new HashMap<>();
        for (Frame frame : frames) {
            List<long[]> named = symbols.getOrDefault(frame.function(), List.of());
            // A trace counts what stands behind a function until the next one to its size.
            List<long[]> fitting = named.stream()
                    .filter(symbol -> named.size() == 1 || Math.abs(symbol[1] - frame.size()) < 64)
                    .toList();
            if (fitting.size() == 1) {
                addresses.put(frame, fitting.get(0)[0] + frame.offset());
            }
        }
        return addresses;
    }

    private List<String> output(List<String> command) throws IOException, InterruptedException {
        HostCommand.Result result =
                new HostCommand(command, vmlinux.toAbsolutePath().getParent(), LIMIT).runForOutput();
        if (!result.succeeded()) {
            throw new IOException(command.get(0) + " failed: " + result.lastLines());
        }
        return result.output().lines().toList();
    }

    /** {@code mm/gup.c:138} instead of the path on the machine that built it. */
    private String fromTree(String line) {
        String tree = vmlinux.toAbsolutePath().normalize().getParent() + "/";
        String place = line.startsWith(tree) ? line.substring(tree.length()) : line;
        return place.replaceFirst(" \\(discriminator .*", "");
    }
}
