// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;

/** The simulated machine while one program runs: tasks, files and pins, and the system calls on them. */
final class Machine {
    private final Set<Plant> plants;
    private final PhysicalMemory memory;
    private final Faults faults;
    private final Map<Integer, AddressSpace> tasks = new TreeMap<>();
    private final Map<Integer, SharedPages> files = new TreeMap<>();
    private final Map<Integer, HeldPin> pins = new TreeMap<>();
    private final Mempinfd mempinfd;

    Machine(Set<Plant> plants) {
        this.plants = plants;
        memory = new PhysicalMemory(plants);
        faults = new Faults(plants, memory);
        mempinfd = new Mempinfd(plants, memory);
        tasks.put(0, new AddressSpace());
    }

    /** The living tasks. */
    Map<Integer, AddressSpace> tasks() {
        return tasks;
    }

    /** All pins that were ever made, by number. */
    Map<Integer, HeldPin> pins() {
        return pins;
    }

    List<HeldPin> livePins() {
        return pins.values().stream().filter(HeldPin::live).toList();
    }

    Mempinfd mempinfd() {
        return mempinfd;
    }

    PhysicalMemory memory() {
        return memory;
    }

    /** Does one step; {@code index} is its place in the program. */
    Answer execute(int index, Step step) {
        AddressSpace space = tasks.get(step.task());
        if (step.lane() != 0) {
            return Answer.UNSUPPORTED;
        }
        if (space == null) {
            return Answer.SKIPPED;
        }
        Arguments arguments = new Arguments(step);
        return switch (step.operation().name()) {
            case "fork" -> fork(step.task(), arguments.get("child"));
            case "exit" -> exit(step.task());
            case "memfd_create" -> createFile(step.task(), arguments);
            case "mmap" -> mapAnonymous(space, arguments);
            case "mmap_file" -> mapFile(step.task(), space, arguments);
            case "munmap" -> unmap(space, arguments);
            case "mprotect" -> protect(space, arguments);
            case "madvise" -> advise(space, arguments);
            case "write" -> write(space, arguments, index);
            case "read" -> read(space, arguments);
            case "pin" -> pin(step.task(), space, arguments);
            case "uring_pin" -> uringPin(step.task(), space, arguments);
            case "unpin" -> unpin(step.task(), arguments);
            case "device_read" -> deviceRead(step.task(), arguments);
            case "device_write" -> deviceWrite(step.task(), arguments, index);
            case "move_pages", "mbind" -> move(space, arguments);
            case "compact" -> compact();
            case "mempinfd_open" -> mempinfd.open(step.task(), arguments);
            case "mempinfd_pin" -> mempinfdPin(step.task(), space, arguments);
            case "mempinfd_unpin" -> mempinfd.unpin(step.task(), space, arguments);
            case "mempinfd_request" -> mempinfd.request(step.task(), arguments);
            case "mempinfd_close" -> mempinfd.close(step.task(), arguments);
            case "mempinfd_dup" -> mempinfd.duplicate(step.task(), arguments);
            case "mempinfd_take" -> mempinfd.take(step.task(), arguments);
            case "memlock_limit" -> mempinfd.limit(step.task(), arguments);
            case "exec" -> exec(step.task());
            default -> Answer.UNSUPPORTED;
        };
    }

    /** Ends all tasks, as the agent does after a program. */
    void exitAll() {
        List.copyOf(tasks.keySet()).forEach(this::exit);
    }

    private Answer fork(int parent, int child) {
        AddressSpace copy = new AddressSpace();
        space(parent)
                .regions()
                .forEach((region, pages) -> pages.forEach((number, page) -> {
                    if (!page.dontFork()) {
                        copy.map(region, number, faults.fork(page));
                    }
                }));
        tasks.put(child, copy);
        for (SharedPages file : files.values()) {
            if (file.descriptors().contains(parent)) {
                file.descriptors().add(child);
            }
        }
        for (HeldPin pin : pins.values()) {
            if (pin.descriptors().contains(parent)) {
                pin.descriptors().add(child);
            }
        }
        mempinfd.fork(parent, child);
        return Answer.OK;
    }

    private Answer exit(int task) {
        leave(task);
        tasks.remove(task);
        return Answer.OK;
    }

    private Answer exec(int task) {
        leave(task);
        tasks.put(task, new AddressSpace());
        return Answer.OK;
    }

    private void leave(int task) {
        AddressSpace space = space(task);
        space.pages().forEach(page -> page.unmap(memory));
        files.values().forEach(file -> file.close(task, memory));
        pins.values().forEach(pin -> pin.close(task, memory));
        mempinfd.closeAll(task);
    }

    private AddressSpace space(int task) {
        AddressSpace space = tasks.get(task);
        if (space == null) {
            throw new IllegalStateException("t" + task + " is not alive");
        }
        return space;
    }

    private Answer createFile(int task, Arguments arguments) {
        SharedPages file = new SharedPages(arguments.pages());
        file.descriptors().add(task);
        files.put(arguments.get("file"), file);
        return Answer.OK;
    }

    private Answer mapAnonymous(AddressSpace space, Arguments arguments) {
        boolean shared = arguments.get("sharing") == 1;
        return map(space, arguments, shared, shared ? new SharedPages(arguments.pages()) : null);
    }

    private Answer mapFile(int task, AddressSpace space, Arguments arguments) {
        SharedPages file = files.get(arguments.get("file"));
        if (file == null || !file.descriptors().contains(task)) {
            return Answer.SKIPPED;
        }
        return map(space, arguments, arguments.get("sharing") == 1, file);
    }

    private Answer map(AddressSpace space, Arguments arguments, boolean shared, @Nullable SharedPages object) {
        if (space.mapped(arguments.region())) {
            return Answer.SKIPPED;
        }
        for (int page : arguments.range()) {
            space.map(arguments.region(), page, new VirtualPage(shared, object, page, arguments.get("protection")));
        }
        return Answer.OK;
    }

    private Answer unmap(AddressSpace space, Arguments arguments) {
        for (int page : arguments.range()) {
            space.unmap(arguments.region(), page, memory);
        }
        return Answer.OK;
    }

    /** do_mprotect_pkey: stops at the first hole, with what was done before it. */
    private Answer protect(AddressSpace space, Arguments arguments) {
        int protection = arguments.get("protection");
        for (int number : arguments.range()) {
            Optional<VirtualPage> page = space.page(arguments.region(), number);
            if (page.isEmpty()) {
                return Answer.error(Errno.ENOMEM);
            }
            if (page.get().protection() != protection && plants.contains(Plant.COW_AFTER_MPROTECT)) {
                page.get().frame().filter(Frame::pinned).ifPresent(frame -> frame.markExclusive(false));
            }
            page.get().protect(protection);
        }
        return Answer.OK;
    }

    /** madvise_walk_vmas: takes the advice around holes and then complains about them. */
    private Answer advise(AddressSpace space, Arguments arguments) {
        boolean hole = false;
        for (int number : arguments.range()) {
            Optional<VirtualPage> page = space.page(arguments.region(), number);
            hole |= page.isEmpty();
            page.ifPresent(present -> {
                switch (arguments.get("advice")) {
                    case 0 -> present.clear(memory);
                    case 1 -> present.setDontFork(true);
                    case 2 -> present.setDontFork(false);
                    default -> faults.pageOut(present);
                }
            });
        }
        return Answer.okUnless(hole, Errno.ENOMEM);
    }

    private Answer write(AddressSpace space, Arguments arguments, int index) {
        int faulted = 0;
        for (int i = 0; i < arguments.pages(); i++) {
            Optional<VirtualPage> page =
                    space.page(arguments.region(), arguments.first() + i).filter(VirtualPage::writable);
            if (page.isPresent()) {
                faults.write(page.get()).store(Tokens.of(index, i));
            } else {
                faulted |= 1 << i;
            }
        }
        return Answer.access(faulted, List.of());
    }

    private Answer read(AddressSpace space, Arguments arguments) {
        int faulted = 0;
        List<Long> values = new ArrayList<>();
        for (int i = 0; i < arguments.pages(); i++) {
            Optional<VirtualPage> page =
                    space.page(arguments.region(), arguments.first() + i).filter(VirtualPage::readable);
            values.add(page.map(present -> faults.read(present).value()).orElse(0L));
            if (page.isEmpty()) {
                faulted |= 1 << i;
            }
        }
        return Answer.access(faulted, values);
    }

    /** pin_user_pages and pin_user_pages_fast. */
    private Answer pin(int task, AddressSpace space, Arguments arguments) {
        boolean write = arguments.get("access") == 0;
        boolean longTerm = arguments.get("term") == 1;
        boolean fast = arguments.get("path") == 1;
        List<VirtualPage> pages = accessible(space, arguments, write);
        if (pages.isEmpty()) {
            return Answer.error(Errno.EFAULT);
        }
        int easy = 0;
        while (fast && easy < pages.size() && faults.fastPinnable(pages.get(easy), write, longTerm)) {
            easy++;
        }
        List<Frame> frames = new ArrayList<>();
        pages.subList(0, easy).forEach(page -> frames.add(faults.forPin(page, write, longTerm)));
        frames.forEach(memory::pin);
        Optional<List<Frame>> rest = slow(pages.subList(easy, pages.size()), write, longTerm);
        if (rest.isEmpty() && easy == 0) {
            return Answer.error(Errno.ENOMEM);
        }
        rest.ifPresent(frames::addAll);
        hold(task, arguments, write, false, frames);
        if (frames.size() < arguments.pages()) {
            leak(List.of(frames.get(0)));
        }
        return Answer.pinned(frames);
    }

    /** Registration of a fixed buffer: all pages or none. */
    private Answer uringPin(int task, AddressSpace space, Arguments arguments) {
        Optional<List<Frame>> frames = slow(accessible(space, arguments, true), true, true);
        if (frames.isEmpty()) {
            return Answer.error(Errno.ENOMEM);
        }
        if (frames.get().size() < arguments.pages()) {
            leak(frames.get());
            frames.get().forEach(memory::unpin);
            return Answer.error(Errno.EFAULT);
        }
        hold(task, arguments, true, true, frames.get());
        return Answer.pinned(frames.get());
    }

    private Answer mempinfdPin(int task, AddressSpace space, Arguments arguments) {
        boolean write = arguments.get("access") == 0;
        return mempinfd.pin(
                task,
                space,
                arguments,
                frames -> hold(task, arguments, write, false, frames),
                force -> slow(accessible(space, arguments, write && !force), write, true));
    }

    private HeldPin hold(int task, Arguments arguments, boolean write, boolean ioUring, List<Frame> frames) {
        int number = arguments.get("pin");
        HeldPin pin = new HeldPin(number, write, ioUring, task, arguments.region(), arguments.first(), frames);
        pins.put(number, pin);
        return pin;
    }

    private void leak(List<Frame> frames) {
        if (plants.contains(Plant.PIN_LEAKS_ON_SHORT_COUNT)) {
            frames.forEach(memory::pin);
        }
    }

    /** The pages from the range's start that a pin may touch. */
    private List<VirtualPage> accessible(AddressSpace space, Arguments arguments, boolean write) {
        List<VirtualPage> pages = new ArrayList<>();
        for (int number : arguments.range()) {
            Optional<VirtualPage> page = space.page(arguments.region(), number)
                    .filter(present -> write ? mayPinForWriting(present) : present.readable());
            if (page.isEmpty()) {
                break;
            }
            pages.add(page.get());
        }
        return pages;
    }

    private boolean mayPinForWriting(VirtualPage page) {
        return page.writable() || (plants.contains(Plant.PIN_IGNORES_PROTECTION) && page.readable());
    }

    /**
     * Faults pages in and pins them. For a long-term pin all of them leave the movable zone first; where one cannot,
     * because somebody else has it pinned, nothing stays pinned (check_and_migrate_movable_pages).
     */
    private Optional<List<Frame>> slow(List<VirtualPage> pages, boolean write, boolean longTerm) {
        List<Frame> frames = new ArrayList<>();
        pages.forEach(page -> frames.add(faults.forPin(page, write, longTerm)));
        if (longTerm) {
            for (int i = 0; i < frames.size(); i++) {
                Frame frame = frames.get(i);
                if (faults.mustLeaveMovable(frame)) {
                    if (!faults.movable(frame)) {
                        return Optional.empty();
                    }
                    frames.set(i, faults.migrate(frame, PhysicalMemory.ZONE_NORMAL, frame.node(), tasks.values()));
                }
            }
        }
        frames.forEach(memory::pin);
        return Optional.of(frames);
    }

    private Optional<HeldPin> usable(int task, Arguments arguments) {
        return Optional.ofNullable(pins.get(arguments.get("pin")))
                .filter(pin -> pin.live() && pin.descriptors().contains(task));
    }

    private Answer unpin(int task, Arguments arguments) {
        Optional<HeldPin> pin = usable(task, arguments);
        pin.ifPresent(held -> held.end(memory));
        return pin.isPresent() ? Answer.OK : Answer.SKIPPED;
    }

    private Answer deviceRead(int task, Arguments arguments) {
        return usable(task, arguments)
                .map(pin ->
                        Answer.values(pin.frames().stream().map(Frame::value).toList()))
                .orElse(Answer.SKIPPED);
    }

    private Answer deviceWrite(int task, Arguments arguments, int index) {
        Optional<HeldPin> pin = usable(task, arguments);
        if (pin.isEmpty()) {
            return Answer.SKIPPED;
        }
        if (!pin.get().write()) {
            return Answer.error(Errno.EACCES);
        }
        for (int i = 0; i < pin.get().frames().size(); i++) {
            pin.get().frames().get(i).store(Tokens.of(index, i));
        }
        return Answer.OK;
    }

    /** Moves what only this task maps to a node; mbind complains about holes. */
    private Answer move(AddressSpace space, Arguments arguments) {
        int node = arguments.get("node");
        boolean hole = false;
        for (int number : arguments.range()) {
            Optional<VirtualPage> page = space.page(arguments.region(), number);
            hole |= page.isEmpty();
            page.flatMap(VirtualPage::frame)
                    .filter(frame -> frame.node() != node && frame.maps() == 1 && faults.movable(frame))
                    .ifPresent(frame -> faults.migrate(frame, frame.zone(), node, tasks.values()));
        }
        boolean complains = arguments.step().operation().name().equals("mbind");
        return Answer.okUnless(hole && complains, Errno.EFAULT);
    }

    private Answer compact() {
        for (Frame frame : memory.inUse()) {
            if (faults.movable(frame) && !frame.unused()) {
                faults.migrate(frame, frame.zone(), frame.node(), tasks.values());
            }
        }
        return Answer.OK;
    }
}
