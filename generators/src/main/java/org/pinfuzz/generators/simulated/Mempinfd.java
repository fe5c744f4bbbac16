// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.trace.Errno;

/** mempinfd of the simulated machine: its strict edition, with the flaws of the posted one as plants. */
final class Mempinfd {
    private final Set<Plant> plants;
    private final PhysicalMemory memory;
    private final Map<Integer, Descriptor> descriptors = new TreeMap<>();
    private final Map<AddressSpace, Integer> charges = new IdentityHashMap<>();
    private final Map<Integer, Integer> limits = new TreeMap<>();
    private int logRecords;

    Mempinfd(Set<Plant> plants, PhysicalMemory memory) {
        this.plants = plants;
        this.memory = memory;
    }

    private record Descriptor(MempinfdFile file, Set<Integer> holders) {}

    /** What tries to pin a range: all of its pages that may be touched, or nothing when they cannot be moved. */
    @FunctionalInterface
    interface Pinner {
        Optional<List<Frame>> pin(boolean force);
    }

    private boolean planted(Plant plant) {
        return plants.contains(plant);
    }

    int logRecords() {
        return logRecords;
    }

    int charge(AddressSpace space) {
        return charges.getOrDefault(space, 0);
    }

    private Optional<Descriptor> held(int task, Arguments arguments) {
        return Optional.ofNullable(descriptors.get(arguments.get("descriptor")))
                .filter(descriptor -> descriptor.holders().contains(task));
    }

    Answer open(int task, Arguments arguments) {
        add(task, arguments.get("descriptor"), new MempinfdFile());
        return Answer.OK;
    }

    private void add(int task, int number, MempinfdFile file) {
        file.open();
        descriptors.put(number, new Descriptor(file, new TreeSet<>(Set.of(task))));
    }

    Answer duplicate(int task, Arguments arguments) {
        Optional<Descriptor> held = held(task, arguments);
        held.ifPresent(descriptor -> add(task, arguments.get("copy"), descriptor.file()));
        return held.isPresent() ? Answer.OK : Answer.SKIPPED;
    }

    Answer take(int task, Arguments arguments) {
        Descriptor wanted = descriptors.get(arguments.get("descriptor"));
        if (wanted == null || wanted.holders().isEmpty() || !wanted.holders().add(task)) {
            return Answer.SKIPPED;
        }
        wanted.file().open();
        return Answer.OK;
    }

    Answer close(int task, Arguments arguments) {
        Optional<Descriptor> held = held(task, arguments);
        held.ifPresent(descriptor -> close(task, descriptor));
        return held.isPresent() ? Answer.OK : Answer.SKIPPED;
    }

    private void close(int task, Descriptor descriptor) {
        if (descriptor.holders().remove(task) && descriptor.file().close()) {
            descriptor.file().ranges().forEach(range -> end(descriptor.file(), range));
        }
    }

    private void end(MempinfdFile file, MempinfdFile.Range range) {
        file.remove(range);
        range.pin().end(memory);
        charges.merge(range.owner(), -range.pin().frames().size(), Integer::sum);
    }

    void fork(int parent, int child) {
        for (Descriptor descriptor : descriptors.values()) {
            if (descriptor.holders().contains(parent)) {
                descriptor.holders().add(child);
                descriptor.file().open();
            }
        }
        Optional.ofNullable(limits.get(parent)).ifPresent(limit -> limits.put(child, limit));
    }

    void closeAll(int task) {
        descriptors.values().forEach(descriptor -> close(task, descriptor));
    }

    Answer limit(int task, Arguments arguments) {
        limits.put(task, arguments.get("limit"));
        return Answer.OK;
    }

    /** Answers 0 and keeps what was pinned, or refuses in the order of the manual page. */
    Answer pin(int task, AddressSpace space, Arguments arguments, HeldPinMaker maker, Pinner pinner) {
        Optional<Descriptor> held = held(task, arguments);
        if (held.isEmpty()) {
            return Answer.SKIPPED;
        }
        MempinfdFile file = held.get().file();
        int pages = arguments.pages();
        boolean charges = !planted(Plant.MEMPINFD_FORGETS_CHARGE);
        int limit = limits.getOrDefault(task, Integer.MAX_VALUE);
        if (limit == 0) {
            return Answer.error(Errno.EPERM);
        }
        if (file.startingAt(space, arguments.region(), arguments.first()).isPresent()) {
            return Answer.error(planted(Plant.MEMPINFD_TELLS_BUSY) ? Errno.EBUSY : Errno.EEXIST);
        }
        if (charges && charge(space) + (long) pages > limit) {
            return Answer.error(Errno.ENOMEM);
        }
        Optional<List<Frame>> frames = pinner.pin(planted(Plant.MEMPINFD_FORCES));
        int got = frames.map(List::size).orElse(0);
        if (got < pages) {
            if (!planted(Plant.MEMPINFD_LEAKS_SHORT_PIN)) {
                frames.ifPresent(taken -> taken.forEach(memory::unpin));
            }
            logRecords += planted(Plant.MEMPINFD_WRITES_LOG) ? 1 : 0;
            return got > 0 && planted(Plant.MEMPINFD_ANSWERS_COUNT) ? Answer.of(got) : Answer.error(Errno.EFAULT);
        }
        file.add(new MempinfdFile.Range(space, maker.make(frames.orElseThrow()).ofMempinfd()));
        this.charges.merge(space, charges ? pages : 0, Integer::sum);
        return Answer.pinned(frames.orElseThrow()).withResult(0);
    }

    /** Makes the pin that a request asked for. */
    @FunctionalInterface
    interface HeldPinMaker {
        HeldPin make(List<Frame> frames);
    }

    Answer unpin(int task, AddressSpace space, Arguments arguments) {
        Optional<Descriptor> held = held(task, arguments);
        if (held.isEmpty()) {
            return Answer.SKIPPED;
        }
        MempinfdFile file = held.get().file();
        Optional<MempinfdFile.Range> range = file.startingAt(space, arguments.region(), arguments.first());
        if (range.isEmpty() && planted(Plant.MEMPINFD_UNPINS_FOR_ANYBODY)) {
            range = file.startingAt(arguments.region(), arguments.first());
        }
        if (range.isEmpty()) {
            return Answer.error(Errno.ENODEV);
        }
        if (range.get().pin().frames().size() != arguments.pages()) {
            return Answer.error(Errno.EINVAL);
        }
        end(file, range.get());
        return Answer.OK;
    }

    Answer request(int task, Arguments arguments) {
        if (held(task, arguments).isEmpty()) {
            return Answer.SKIPPED;
        }
        boolean unpins = arguments.get("call") == 1;
        boolean hasFlags = arguments.get("call") == 2;
        Answer invalid = Answer.error(Errno.EINVAL);
        return switch (flaw(arguments)) {
            case "empty", "end" -> invalid;
            case "wrap" -> planted(Plant.MEMPINFD_SERVES_NOTHING) ? Answer.OK : invalid;
            case "flags" -> hasFlags ? invalid : Answer.error(Errno.EFAULT);
            case "command" -> Answer.error(Errno.ENOTTY);
            case "pages" -> {
                Errno refused = limits.getOrDefault(task, 1) == 0 ? Errno.EPERM : Errno.ENOMEM;
                yield Answer.error(unpins ? Errno.ENODEV : refused);
            }
            default -> Answer.error(Errno.EFAULT);
        };
    }

    private static String flaw(Arguments arguments) {
        for (Parameter parameter : arguments.step().operation().parameters()) {
            if (parameter instanceof Parameter.Choice choice && choice.name().equals("flaw")) {
                return choice.constants().get(arguments.get("flaw"));
            }
        }
        throw new IllegalArgumentException(arguments.step() + " has no flaw");
    }
}
