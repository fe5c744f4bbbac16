// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Handle;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.OperationType;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/**
 * Writes a program in the language of syzkaller. Only system calls of the first task can be said there: its programs are
 * one process, assert nothing, and know no device that pins.
 */
public final class SyzWriter {
    /** Argument blocks do not overlap: the longest is an array of eight addresses. */
    private static final int ARGUMENT_BYTES = 0x100;

    private final List<String> lines = new ArrayList<>();
    private final List<String> losses = new ArrayList<>();
    /** The variable that stands for a file, or for the ring that holds a pin. */
    private final Map<Handle, String> variables = new HashMap<>();

    private final TreeSet<Integer> regions = new TreeSet<>();
    private int arguments;

    private SyzWriter() {}

    /** The text of a program. */
    public static SyzText write(Program program) {
        return new SyzWriter().text(program);
    }

    private SyzText text(Program program) {
        for (int i = 0; i < program.size(); i++) {
            Step step = program.steps().get(i);
            Optional<String> reason = unsaid(step);
            if (reason.isPresent()) {
                lose("lost: step " + i + " (" + step + "): " + reason.get());
            } else {
                write(i, step);
            }
        }
        StringBuilder text = new StringBuilder();
        text.append("# A program of pinfuzz; `pinfuzz import syz` reads it back");
        text.append(losses.isEmpty() ? ".\n" : ", without what is lost.\n");
        // The executor has mapped all of its memory before; holes are part of the program.
        for (int region : regions) {
            line(text, "munmap(" + range(SyzMemory.slot(region), SyzMemory.REACH_BYTES) + ")");
        }
        lines.forEach(written -> line(text, written));
        return new SyzText(text.toString(), losses);
    }

    private static void line(StringBuilder text, String line) {
        text.append(line).append('\n');
    }

    private void lose(String sentence) {
        lines.add("# " + sentence);
        losses.add(sentence);
    }

    /** Why a step cannot be said. */
    private Optional<String> unsaid(Step step) {
        OperationType operation = step.operation();
        if (step.task() != 0 || step.lane() != 0) {
            return Optional.of("forked children run nothing in syzkaller");
        }
        for (Handle used : step.used()) {
            boolean known = used.kind() == HandleKind.REGION
                    ? regions.contains(used.number())
                    : used.kind() == HandleKind.TASK || variables.containsKey(used);
            if (!known) {
                return Optional.of("it uses " + used + ", which is lost");
            }
        }
        if (operation == Operations.PIN && !isLike(step)) {
            return Optional.of("only the module pins so");
        }
        if (operation == Operations.READ) {
            return Optional.of("programs of syzkaller store to memory but do not load from it");
        }
        if (operation == Operations.DEVICE_READ || operation == Operations.DEVICE_WRITE) {
            return Optional.of("there is no device that reads or writes through a pin");
        }
        return SAID.contains(operation) ? Optional.empty() : Optional.of("there is no call for it");
    }

    private static final List<OperationType> SAID = List.of(
            Operations.FORK,
            Operations.EXIT,
            Operations.MEMFD_CREATE,
            Operations.MMAP,
            Operations.MMAP_FILE,
            Operations.MUNMAP,
            Operations.MPROTECT,
            Operations.MADVISE,
            Operations.WRITE,
            Operations.PIN,
            Operations.URING_PIN,
            Operations.UNPIN,
            Operations.MOVE_PAGES,
            Operations.MBIND);

    /** Whether a pin of the module is like one of io_uring: long-term and for writing. */
    private static boolean isLike(Step step) {
        return value(step, "access").equals("write") && value(step, "term").equals("long");
    }

    private void write(int index, Step step) {
        OperationType operation = step.operation();
        if (operation == Operations.FORK) {
            lose("changed: step " + index + " (" + step + "): the child runs nothing and ends after a moment");
            lines.add("syz_clone(0x0, 0x0, 0x0, 0x0, 0x0, 0x0)");
        } else if (operation == Operations.EXIT) {
            lines.add("exit_group(0x0)");
        } else if (operation == Operations.MEMFD_CREATE) {
            String file = variable(step);
            lines.add(file + " = memfd_create(" + pointer("'pinfuzz\\x00'") + ", 0x1)");
            lines.add("ftruncate(" + file + ", " + hex(number(step, "pages") * SyzMemory.PAGE_BYTES) + ")");
        } else if (operation == Operations.MMAP || operation == Operations.MMAP_FILE) {
            map(step);
        } else if (operation == Operations.MUNMAP) {
            lines.add("munmap(" + range(step) + ")");
        } else if (operation == Operations.MPROTECT) {
            lines.add("mprotect(" + range(step) + ", " + protection(step) + ")");
        } else if (operation == Operations.MADVISE) {
            int advice = step.get(step.operation().parameters().get(3));
            lines.add("madvise(" + range(step) + ", " + hex(SyzConstants.ADVICE.get(advice)) + ")");
        } else if (operation == Operations.WRITE) {
            // The executor stores the bytes where they are pointed at, one after the other; then the call fails.
            String vector = pages(step, page -> "{&(" + hex(page) + ")=\"" + token(index, page) + "\", 0x8}");
            lines.add("writev(" + SyzConstants.NO_DESCRIPTOR + ", " + pointer(vector) + ", "
                    + hex(number(step, "pages")) + ")");
        } else if (operation == Operations.PIN) {
            lose("changed: step " + index + " (" + step + "): written as a registered buffer of io_uring, which pins"
                    + " long-term for writing too");
            registerBuffer(step);
        } else if (operation == Operations.URING_PIN) {
            registerBuffer(step);
        } else if (operation == Operations.UNPIN) {
            String ring = variables.get(new Handle(HandleKind.PIN, number(step, "pin")));
            lines.add("io_uring_register$IORING_UNREGISTER_BUFFERS(" + ring + ", 0x1, 0x0, 0x0)");
        } else if (operation == Operations.MOVE_PAGES) {
            String each = pages(step, page -> "&(" + hex(page) + "/0x1000)=nil");
            String nodes = pages(step, page -> hex(node(step)));
            String status = pages(step, page -> "0x0");
            lines.add("move_pages(0x0, " + hex(number(step, "pages")) + ", " + pointer(each) + ", " + pointer(nodes)
                    + ", " + pointer(status) + ", " + hex(SyzConstants.MPOL_MF_MOVE) + ")");
        } else {
            lines.add("mbind(" + range(step) + ", " + hex(SyzConstants.MPOL_BIND) + ", "
                    + pointer(hex(1L << node(step))) + ", 0x40, " + hex(SyzConstants.MPOL_MF_MOVE) + ")");
        }
    }

    private void map(Step step) {
        boolean ofFile = step.operation() == Operations.MMAP_FILE;
        int region = number(step, "region");
        regions.add(region);
        String file =
                ofFile ? variables.get(new Handle(HandleKind.FILE, number(step, "file"))) : SyzConstants.NO_DESCRIPTOR;
        int flags = SyzConstants.MAP_FIXED
                | (ofFile ? 0 : SyzConstants.MAP_ANONYMOUS)
                | (value(step, "sharing").equals("shared") ? SyzConstants.MAP_SHARED : SyzConstants.MAP_PRIVATE);
        lines.add("mmap("
                + range(SyzMemory.slot(region), number(step, "pages") * SyzMemory.PAGE_BYTES)
                + ", " + protection(step) + ", " + hex(flags) + ", " + file + ", 0x0)");
    }

    private void registerBuffer(Step step) {
        String ring = variable(step);
        lines.add(ring + " = io_uring_setup(0x8, " + pointer("{}") + ")");
        long bytes = number(step, "pages") * SyzMemory.PAGE_BYTES;
        lines.add("io_uring_register$IORING_REGISTER_BUFFERS(" + ring + ", 0x0, "
                + pointer("[{&(" + hex(start(step)) + ")=\"\"/" + bytes + ", " + hex(bytes) + "}]") + ", 0x1)");
    }

    /** A variable for what a step creates. */
    private String variable(Step step) {
        String name = "r" + variables.size();
        variables.put(step.created().orElseThrow(), name);
        return name;
    }

    /** Something that a call points at. */
    private String pointer(String target) {
        return "&(" + hex(SyzMemory.ARGUMENTS + (long) ARGUMENT_BYTES * arguments++) + ")=" + target;
    }

    private static String pages(Step step, LongFunction<String> element) {
        return IntStream.range(0, number(step, "pages"))
                .mapToObj(page -> element.apply(start(step) + page * SyzMemory.PAGE_BYTES))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String range(Step step) {
        return range(start(step), number(step, "pages") * SyzMemory.PAGE_BYTES);
    }

    private static String range(long address, long bytes) {
        return "&(" + hex(address) + "/" + hex(bytes) + ")=nil, " + hex(bytes);
    }

    private static long start(Step step) {
        return SyzMemory.slot(number(step, "region")) + number(step, "first") * SyzMemory.PAGE_BYTES;
    }

    private static String protection(Step step) {
        return switch (value(step, "protection")) {
            case "read-write" -> hex(SyzConstants.PROT_READ | SyzConstants.PROT_WRITE);
            case "read" -> hex(SyzConstants.PROT_READ);
            default -> "0x0";
        };
    }

    private static int node(Step step) {
        return Integer.parseInt(value(step, "node"));
    }

    /** Eight bytes that no other step or page has: which they are is of no matter to a program that compares nothing. */
    private static String token(int step, long page) {
        return String.format("%02x%02x000000000000", step + 1, page / SyzMemory.PAGE_BYTES % 0x100);
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }

    private static int number(Step step, String parameter) {
        return step.arguments().get(index(step, parameter));
    }

    private static String value(Step step, String parameter) {
        return step.valueText(index(step, parameter));
    }

    private static int index(Step step, String parameter) {
        for (int i = 0; i < step.operation().parameters().size(); i++) {
            if (step.operation().parameters().get(i).name().equals(parameter)) {
                return i;
            }
        }
        throw new IllegalArgumentException(step.operation().name() + " has no parameter " + parameter);
    }
}
