// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.triage.syz.SyzValue.Bytes;
import org.pinfuzz.triage.syz.SyzValue.Constant;
import org.pinfuzz.triage.syz.SyzValue.Group;
import org.pinfuzz.triage.syz.SyzValue.Pointer;
import org.pinfuzz.triage.syz.SyzValue.Variable;

/**
 * Reads programs in the language of syzkaller: known calls become operations of the first task; what is not known, or
 * what pinfuzz cannot say, is left out and noted. Each {@code mmap} makes a region of its own.
 */
public final class SyzReader {
    private final List<Step> steps = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<HandleKind, Integer> created = new EnumMap<>(HandleKind.class);
    private final List<Mapping> mappings = new ArrayList<>();
    /** Files that have a name but no size yet, by their variable; then the handles of those that have. */
    private final Set<String> emptyFiles = new HashSet<>();

    private final Map<String, Integer> files = new HashMap<>();
    private final Map<String, Ring> rings = new HashMap<>();

    private SyzReader() {
        created.put(HandleKind.TASK, 1);
    }

    /** Where a region begins. */
    private record Mapping(int region, long start) {
        boolean reaches(long address) {
            return address >= start && address < start + Region.MAX_PAGES * SyzMemory.PAGE_BYTES;
        }
    }

    /** A ring of io_uring: the last pin that its buffers made, and whether it is still held. */
    private record Ring(Optional<Integer> pin, boolean held) {}

    /** A range of pages of a region. */
    private record Range(int region, int first, int pages) {}

    /** A call cannot be said in operations; the message says why. */
    private static final class LeftOut extends Exception {
        private static final long serialVersionUID = 1;

        LeftOut(String reason) {
            super(reason);
        }
    }

    /**
     * Reads a program.
     *
     * @param origin where it came from, for the error
     * @throws org.pinfuzz.generators.program.ProgramFormatException if a line is no call
     */
    public static SyzProgram read(String text, String origin) {
        SyzReader reader = new SyzReader();
        for (SyzCall call : SyzParser.parse(text, origin)) {
            reader.take(call);
        }
        return new SyzProgram(new Program(reader.steps), reader.notes);
    }

    private void take(SyzCall call) {
        try {
            if (steps.size() == Program.MAX_STEPS) {
                throw new LeftOut("programs have at most " + Program.MAX_STEPS + " steps");
            }
            translate(call);
            if (!call.properties().isEmpty()) {
                note(call, "its " + call.properties() + " is left out");
            }
        } catch (LeftOut e) {
            note(call, "left out: " + e.getMessage());
        }
    }

    private void note(SyzCall call, String what) {
        notes.add("line " + call.line() + " (" + call.name() + "): " + what);
    }

    private void translate(SyzCall call) throws LeftOut {
        switch (call.systemCall()) {
            case "mmap" -> map(call);
            case "munmap" -> unmap(call);
            case "mprotect" -> onRange(call, Operations.MPROTECT, protection(call, 2));
            case "madvise" -> onRange(call, Operations.MADVISE, advice(call));
            case "mbind" -> bind(call);
            case "move_pages" -> movePages(call);
            case "memfd_create" -> emptyFiles.add(requireResult(call));
            case "ftruncate" -> resize(call);
            case "writev" -> store(call);
            case "io_uring_setup" -> rings.put(requireResult(call), new Ring(Optional.empty(), false));
            case "io_uring_register" -> register(call);
            case "close" -> close(call);
            case "syz_clone", "clone", "fork", "vfork" -> fork(call);
            case "exit", "exit_group" -> add(Operations.EXIT);
            default -> throw new LeftOut("pinfuzz has no operation for it");
        }
    }

    private void add(Operation operation, Integer... arguments) {
        steps.add(Step.of(0, operation, arguments));
    }

    private int create(HandleKind kind) throws LeftOut {
        int number = created.getOrDefault(kind, 0);
        if (number == kind.limit()) {
            throw new LeftOut("programs have at most " + kind.limit() + " of what " + kind.text(0) + " names");
        }
        created.put(kind, number + 1);
        return number;
    }

    private void map(SyzCall call) throws LeftOut {
        long start = address(call, 0);
        long bytes = number(call, 1);
        long flags = number(call, 3);
        long known = SyzConstants.MAP_TYPE
                | SyzConstants.MAP_FIXED
                | SyzConstants.MAP_FIXED_NOREPLACE
                | SyzConstants.MAP_ANONYMOUS;
        int shared = (flags & SyzConstants.MAP_SHARED) != 0 ? 1 : 0;
        boolean anonymous = (flags & SyzConstants.MAP_ANONYMOUS) != 0;
        int protection = protection(call, 2);
        Optional<Integer> file = anonymous ? Optional.empty() : Optional.of(file(call, 4));
        if (bytes == 0) {
            throw new LeftOut("it maps nothing");
        }
        if (!anonymous && number(call, 5) != 0) {
            throw new LeftOut("files are mapped from their start only");
        }
        if (steps.size() + 2 > Program.MAX_STEPS) {
            throw new LeftOut("programs have at most " + Program.MAX_STEPS + " steps");
        }
        int pages = pages(call, bytes);
        int region = create(HandleKind.REGION);
        Optional<Mapping> before = mapping(start);
        if (before.isPresent()) {
            // The new mapping takes the old one's place, which regions of pinfuzz do not do.
            int first = (int) ((start - before.get().start()) / SyzMemory.PAGE_BYTES);
            add(Operations.MUNMAP, before.get().region(), first, pages);
        }
        if ((flags & ~known) != 0) {
            note(call, "its flags 0x" + Long.toHexString(flags & ~known) + " are left out");
        }
        mappings.add(new Mapping(region, start));
        if (file.isPresent()) {
            add(Operations.MMAP_FILE, region, file.get(), pages, shared, protection);
        } else {
            add(Operations.MMAP, region, pages, shared, protection);
        }
    }

    private void unmap(SyzCall call) throws LeftOut {
        // The executor's own memory, which a program takes away before it maps: there is none of it in a guest.
        if (mapping(address(call, 0)).isPresent()) {
            onRange(call, Operations.MUNMAP);
        }
    }

    private void onRange(SyzCall call, Operation operation, Integer... more) throws LeftOut {
        Range range = range(call, address(call, 0), number(call, 1));
        List<Integer> arguments = new ArrayList<>(List.of(range.region(), range.first(), range.pages()));
        arguments.addAll(List.of(more));
        add(operation, arguments.toArray(Integer[]::new));
    }

    private int protection(SyzCall call, int index) throws LeftOut {
        long bits = number(call, index);
        long known = SyzConstants.PROT_READ | SyzConstants.PROT_WRITE | SyzConstants.PROT_EXEC;
        if ((bits & ~known) != 0) {
            throw new LeftOut("it asks for protection 0x" + Long.toHexString(bits));
        }
        if ((bits & SyzConstants.PROT_EXEC) != 0) {
            note(call, "its PROT_EXEC is left out");
        }
        return (bits & SyzConstants.PROT_WRITE) != 0 ? 0 : (bits & SyzConstants.PROT_READ) != 0 ? 1 : 2;
    }

    private static int advice(SyzCall call) throws LeftOut {
        long advice = number(call, 2);
        int index = advice >= 0 && advice < 0x100 ? SyzConstants.ADVICE.indexOf((int) advice) : -1;
        if (index < 0) {
            throw new LeftOut("there is no operation with advice 0x" + Long.toHexString(advice));
        }
        return index;
    }

    private void bind(SyzCall call) throws LeftOut {
        long mask = call.argument(3) instanceof Pointer pointer
                        && pointer.target().orElse(pointer) instanceof Constant constant
                ? constant.value()
                : 0;
        if (number(call, 2) != SyzConstants.MPOL_BIND || number(call, 5) != SyzConstants.MPOL_MF_MOVE) {
            throw new LeftOut("it is not MPOL_BIND with MPOL_MF_MOVE");
        }
        if (mask != 1 && mask != 2) {
            throw new LeftOut("it does not bind to node 0 or to node 1");
        }
        onRange(call, Operations.MBIND, (int) mask - 1);
    }

    private void movePages(SyzCall call) throws LeftOut {
        List<Long> addresses = new ArrayList<>();
        for (SyzValue part : group(call.argument(2))) {
            addresses.add(part instanceof Pointer pointer ? pointer.address() : 0L);
        }
        Set<SyzValue> nodes = new HashSet<>(group(call.argument(3)));
        if (nodes.size() != 1
                || !(nodes.iterator().next() instanceof Constant node)
                || node.value() < 0
                || node.value() > 1) {
            throw new LeftOut("it does not move all pages to node 0, or all to node 1");
        }
        if (number(call, 5) != SyzConstants.MPOL_MF_MOVE || number(call, 0) != 0) {
            throw new LeftOut("it does not move the caller's own pages with MPOL_MF_MOVE");
        }
        Range range = consecutive(addresses);
        add(Operations.MOVE_PAGES, range.region(), range.first(), range.pages(), (int) node.value());
    }

    private void store(SyzCall call) throws LeftOut {
        if (call.argument(0) instanceof Variable) {
            throw new LeftOut("files are written through their mappings only");
        }
        List<Long> addresses = new ArrayList<>();
        for (SyzValue part : group(call.argument(1))) {
            if (part instanceof Group vector
                    && !vector.parts().isEmpty()
                    && vector.parts().get(0) instanceof Pointer pointer
                    && pointer.target().orElse(pointer) instanceof Bytes) {
                addresses.add(pointer.address());
            } else {
                throw new LeftOut("it points at nothing that is stored");
            }
        }
        Range range = consecutive(addresses);
        add(Operations.WRITE, range.region(), range.first(), range.pages());
    }

    private void resize(SyzCall call) throws LeftOut {
        String file = variable(call, 0);
        long bytes = number(call, 1);
        if (!emptyFiles.contains(file) || bytes == 0) {
            throw new LeftOut("memory files get their size once, after they are made");
        }
        int pages = pages(call, bytes);
        int handle = create(HandleKind.FILE);
        emptyFiles.remove(file);
        files.put(file, handle);
        add(Operations.MEMFD_CREATE, handle, pages);
    }

    private void register(SyzCall call) throws LeftOut {
        String name = variable(call, 0);
        Ring ring = rings.get(name);
        long opcode = number(call, 1);
        if (ring == null) {
            throw new LeftOut("no io_uring_setup that is known made its ring");
        }
        if (opcode == SyzConstants.IORING_UNREGISTER_BUFFERS && ring.pin().isPresent()) {
            add(Operations.UNPIN, ring.pin().get());
            rings.put(name, new Ring(ring.pin(), false));
        } else if (opcode == SyzConstants.IORING_REGISTER_BUFFERS && !ring.held()) {
            List<SyzValue> buffers = group(call.argument(2));
            if (buffers.isEmpty()
                    || !(buffers.get(0) instanceof Group first)
                    || first.parts().size() < 2
                    || !(first.parts().get(0) instanceof Pointer start)
                    || !(first.parts().get(1) instanceof Constant bytes)) {
                throw new LeftOut("it registers no buffer");
            }
            Range range = range(call, start.address(), bytes.value());
            int pin = create(HandleKind.PIN);
            if (buffers.size() > 1) {
                note(call, "of its " + buffers.size() + " buffers only the first is pinned");
            }
            add(Operations.URING_PIN, range.region(), range.first(), range.pages(), pin);
            rings.put(name, new Ring(Optional.of(pin), true));
        } else {
            throw new LeftOut("only the registering of buffers, once at a time, and its end are operations");
        }
    }

    private void close(SyzCall call) throws LeftOut {
        Optional<Ring> ring = Optional.ofNullable(rings.get(variable(call, 0))).filter(Ring::held);
        if (ring.isEmpty()) {
            throw new LeftOut("of descriptors only rings that hold a pin are closed");
        }
        note(call, "read as the end of the ring's pin");
        add(Operations.UNPIN, ring.get().pin().orElseThrow());
        rings.remove(variable(call, 0));
    }

    private void fork(SyzCall call) throws LeftOut {
        if (call.systemCall().endsWith("clone") && (number(call, 0) & SyzConstants.CLONE_VM) != 0) {
            throw new LeftOut("tasks of pinfuzz do not share their memory");
        }
        add(Operations.FORK, create(HandleKind.TASK));
    }

    /** The latest mapping that an address lies in or just behind. */
    private Optional<Mapping> mapping(long address) {
        for (int i = mappings.size() - 1; i >= 0; i--) {
            if (mappings.get(i).reaches(address)) {
                return Optional.of(mappings.get(i));
            }
        }
        return Optional.empty();
    }

    private Range range(SyzCall call, long address, long bytes) throws LeftOut {
        Mapping mapping = mapping(address)
                .orElseThrow(() -> new LeftOut("nothing that is known is mapped at 0x" + Long.toHexString(address)));
        if (bytes == 0) {
            throw new LeftOut("its range is empty");
        }
        long offset = address - mapping.start();
        if (offset % SyzMemory.PAGE_BYTES != 0) {
            note(call, "its address is read as that of the page");
        }
        return new Range(mapping.region(), (int) (offset / SyzMemory.PAGE_BYTES), pages(call, bytes));
    }

    /** The range of pages whose addresses follow each other. */
    private Range consecutive(List<Long> addresses) throws LeftOut {
        for (int i = 0; i < addresses.size(); i++) {
            if (addresses.get(i) != addresses.get(0) + i * SyzMemory.PAGE_BYTES) {
                throw new LeftOut("its pages do not follow each other");
            }
        }
        Optional<Mapping> mapping = addresses.isEmpty() ? Optional.empty() : mapping(addresses.get(0));
        if (mapping.isEmpty() || addresses.size() > Region.MAX_PAGES) {
            throw new LeftOut("its pages are not one to " + Region.MAX_PAGES + " of a mapping that is known");
        }
        long offset = addresses.get(0) - mapping.get().start();
        return new Range(mapping.get().region(), (int) (offset / SyzMemory.PAGE_BYTES), addresses.size());
    }

    /** How many pages a size is: what is longer than a region is cut, what is no whole page is rounded up. */
    private int pages(SyzCall call, long bytes) {
        long pages = Long.divideUnsigned(bytes - 1, SyzMemory.PAGE_BYTES) + 1;
        if (pages > Region.MAX_PAGES) {
            note(call, "its 0x" + Long.toHexString(pages) + " pages are cut to " + Region.MAX_PAGES);
            return Region.MAX_PAGES;
        }
        if (bytes % SyzMemory.PAGE_BYTES != 0) {
            note(call, "its size is read as whole pages");
        }
        return (int) pages;
    }

    private static List<SyzValue> group(SyzValue value) {
        return value instanceof Pointer pointer && pointer.target().orElse(pointer) instanceof Group group
                ? group.parts()
                : List.of();
    }

    private static long address(SyzCall call, int index) throws LeftOut {
        if (call.argument(index) instanceof Pointer pointer) {
            return pointer.address();
        }
        throw new LeftOut("argument " + (index + 1) + " is no address");
    }

    private static long number(SyzCall call, int index) throws LeftOut {
        if (call.argument(index) instanceof Constant constant) {
            return constant.value();
        }
        throw new LeftOut("argument " + (index + 1) + " is no number");
    }

    private static String variable(SyzCall call, int index) throws LeftOut {
        if (call.argument(index) instanceof Variable variable) {
            return variable.name();
        }
        throw new LeftOut("argument " + (index + 1) + " is no result of an earlier call");
    }

    private int file(SyzCall call, int index) throws LeftOut {
        Integer file = files.get(variable(call, index));
        if (file == null) {
            throw new LeftOut("what it maps is no file of memfd_create that has a size");
        }
        return file;
    }

    private static String requireResult(SyzCall call) throws LeftOut {
        return call.result().orElseThrow(() -> new LeftOut("nothing keeps its result"));
    }
}
