// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Accounts;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.ProgramEnd;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;

/**
 * A kernel in memory: frames with counts, page tables, copy on write, pins and migration as current Linux does them for
 * single pages. It runs programs and reports what the agent in a guest would report. It knows frames only and shares
 * nothing with the model, so that each of them checks the other; with {@linkplain Plant planted bugs} it tests judge,
 * shrinker and triage in microseconds. Every run starts with fresh memory; runs of one instance are deterministic in
 * their order. Not for use by several threads.
 */
public final class SimulatedKernel {
    /** The release that it claims: everything that the catalogue promises holds without plants. */
    public static final String RELEASE = "7.2.0-simulated";

    /** Every step takes this long, so that traces are the same in every run. */
    private static final long STEP_US = 10;

    /** What it can do: the operations of single pages. For all others it says that it has no such thing. */
    private static final List<Operation> OPERATIONS = List.of(
            Operations.FORK,
            Operations.EXIT,
            Operations.MEMFD_CREATE,
            Operations.MMAP,
            Operations.MMAP_FILE,
            Operations.MUNMAP,
            Operations.MPROTECT,
            Operations.MADVISE,
            Operations.WRITE,
            Operations.READ,
            Operations.PIN,
            Operations.URING_PIN,
            Operations.UNPIN,
            Operations.DEVICE_READ,
            Operations.DEVICE_WRITE,
            Operations.MOVE_PAGES,
            Operations.MBIND,
            Operations.COMPACT,
            Operations.MEMPINFD_OPEN,
            Operations.MEMPINFD_PIN,
            Operations.MEMPINFD_UNPIN,
            Operations.MEMPINFD_REQUEST,
            Operations.MEMPINFD_CLOSE,
            Operations.MEMPINFD_DUP,
            Operations.MEMPINFD_TAKE,
            Operations.MEMLOCK_LIMIT,
            Operations.EXEC);

    private final Set<Plant> plants;
    private final double probability;
    private final Random random;

    private SimulatedKernel(Set<Plant> plants, double probability, long seed) {
        requireNonNull(plants, "plants is null");
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("probability " + probability + " is outside 0..1");
        }
        this.plants = plants.isEmpty() ? EnumSet.noneOf(Plant.class) : EnumSet.copyOf(plants);
        this.probability = probability;
        random = new Random(seed);
    }

    /** What it can do. */
    public static List<Operation> operations() {
        return OPERATIONS;
    }

    public SimulatedKernel(Set<Plant> plants) {
        this(plants, 1, 0);
    }

    /** A kernel whose planted bugs show in a run with the given probability, all of them or none. */
    public static SimulatedKernel flaky(Set<Plant> plants, double probability, long seed) {
        return new SimulatedKernel(plants, probability, seed);
    }

    /** Runs a program on fresh memory. */
    public Trace run(Program program) {
        boolean shows = random.nextDouble() < probability;
        Machine machine = new Machine(shows ? plants : Set.of());
        List<StepTrace> steps = new ArrayList<>();
        Set<Frame> everPinned = new LinkedHashSet<>();
        for (int i = 0; i < program.size(); i++) {
            Step step = program.steps().get(i);
            int pinsBefore = machine.memory().outstandingPins();
            int recordsBefore = machine.mempinfd().logRecords();
            // What has descriptors of its own ends with them at exec; the agent leaves that aside as well.
            boolean known = step.operation() != Operations.EXEC
                    || machine.livePins().stream()
                            .noneMatch(pin -> pin.descriptors().contains(step.task()));
            Answer answer = machine.execute(i, step);
            Optional<Accounts> accounts = Operations.of(step).watch() == Operation.Watch.ACCOUNTS
                    ? Optional.of(accounts(machine, known, pinsBefore, recordsBefore))
                    : Optional.empty();
            steps.add(traced(machine, i, step, answer, accounts));
            machine.livePins().stream().filter(pin -> !pin.ioUring()).forEach(pin -> everPinned.addAll(pin.frames()));
        }
        List<EndRead> reads = endReads(machine);
        List<PageFact> endPages = facts(machine, List.of());
        machine.exitAll();
        int stillPinned = (int) everPinned.stream()
                .filter(frame -> frame.fact().is(PageFact.Flag.MAYBE_PINNED))
                .count();
        Leftovers leftovers = new Leftovers(machine.memory().outstandingPins(), 0, 0, stillPinned, 0, 0, 0, 0);
        return new Trace(ProgramEnd.COMPLETE, steps, reads, endPages, leftovers);
    }

    private static Accounts accounts(Machine machine, boolean pinsKnown, int pinsBefore, int recordsBefore) {
        int records = machine.mempinfd().logRecords() - recordsBefore;
        List<Long> charges = IntStream.range(0, HandleKind.TASK.limit())
                .mapToObj(task -> {
                    AddressSpace space = machine.tasks().get(task);
                    return space == null ? -1L : machine.mempinfd().charge(space);
                })
                .toList();
        return new Accounts(
                records,
                records == 0 ? "" : "mempinfd: failed to pin page",
                pinsKnown,
                pinsKnown ? machine.memory().outstandingPins() - pinsBefore : 0,
                charges);
    }

    private static StepTrace traced(Machine machine, int index, Step step, Answer answer, Optional<Accounts> accounts) {
        StepTrace bare = StepTrace.withoutFacts(answer.status(), answer.result());
        if (!bare.done()) {
            return bare;
        }
        List<MappingFact> mappings = mappings(machine, step);
        return new StepTrace(
                answer.status(),
                answer.result(),
                answer.faultMask(),
                answer.values(),
                mappings,
                facts(machine, mappings),
                accounts,
                index * STEP_US,
                (index + 1) * STEP_US);
    }

    /** The touched pages, the task's pinned ranges, and after a fork the child's side of these. */
    private static List<MappingFact> mappings(Machine machine, Step step) {
        Set<MappingFact> found = new LinkedHashSet<>();
        Arguments arguments = new Arguments(step);
        if (arguments.has("region")) {
            for (int page : arguments.range()) {
                mapping(machine, step.task(), arguments.region(), page).ifPresent(found::add);
            }
        }
        pinnedRanges(machine, step.task(), step.task(), found);
        step.created()
                .filter(created -> created.kind() == HandleKind.TASK)
                .ifPresent(child -> pinnedRanges(machine, step.task(), child.number(), found));
        return List.copyOf(found);
    }

    private static void pinnedRanges(Machine machine, int maker, int task, Set<MappingFact> found) {
        for (HeldPin pin : machine.livePins()) {
            if (pin.maker() == maker) {
                IntStream.range(pin.first(), pin.first() + pin.frames().size())
                        .forEach(page ->
                                mapping(machine, task, pin.region(), page).ifPresent(found::add));
            }
        }
    }

    private static Optional<MappingFact> mapping(Machine machine, int task, int region, int page) {
        AddressSpace space = machine.tasks().get(task);
        if (space == null || page >= Region.MAX_PAGES) {
            return Optional.empty();
        }
        long entry = space.page(region, page).map(VirtualPage::entry).orElse(0L);
        return Optional.of(new MappingFact(task, region, page, entry));
    }

    /** Facts of the frames of some mappings and of all pinned frames, by number. */
    private static List<PageFact> facts(Machine machine, List<MappingFact> mappings) {
        Map<Long, PageFact> found = new TreeMap<>();
        for (HeldPin pin : machine.livePins()) {
            pin.frames().forEach(frame -> found.put(frame.pfn(), frame.fact()));
        }
        for (MappingFact mapping : mappings) {
            if (mapping.present()) {
                machine.memory().frame(mapping.pfn()).ifPresent(frame -> found.put(frame.pfn(), frame.fact()));
            }
        }
        return List.copyOf(found.values());
    }

    /** Bytes of all pins, then of all present or swapped pages that may be read; nothing else is faulted in. */
    private static List<EndRead> endReads(Machine machine) {
        List<EndRead> reads = new ArrayList<>();
        for (HeldPin pin : machine.livePins()) {
            if (pin.descriptors().isEmpty()) {
                continue;
            }
            int holder = pin.descriptors().iterator().next();
            for (int i = 0; i < pin.frames().size(); i++) {
                reads.add(new EndRead(
                        EndRead.Source.PIN,
                        holder,
                        pin.number(),
                        i,
                        false,
                        pin.frames().get(i).value(),
                        0));
            }
        }
        machine.tasks()
                .forEach((task, space) -> space.regions()
                        .forEach((region, pages) -> pages.forEach((number, page) -> page.frame()
                                .map(Frame::value)
                                .or(page::swapped)
                                .filter(value -> page.readable())
                                .ifPresent(value -> reads.add(new EndRead(
                                        EndRead.Source.MEMORY, task, region, number, false, value, page.entry()))))));
        return reads;
    }
}
