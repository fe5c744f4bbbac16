// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.pinfuzz.generators.draw.ShrinkPass.Candidate;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Handle;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/**
 * How programs become simpler: a flat list of passes, from those that drop most to those that only tidy up. Run until a
 * whole round changes nothing.
 */
public final class ProgramShrinks {
    private static final ProgramOrder ORDER = new ProgramOrder();

    /** Pairs are quadratic: they are tried once the program is short. */
    private static final int MAX_STEPS_FOR_PAIRS = 14;

    /** Places of a pin's access and term among their choices. */
    private static final int WRITING = 0;

    private static final int READING = 1;
    private static final int SHORT = 0;
    private static final int LONG = 1;

    /** Operations after which nothing of the task's memory is mapped. */
    private static final Set<Operation> LEAVING = Set.of(Operations.EXIT, Operations.EXEC);

    private static final List<ShrinkPass> PASSES = List.of(
            (program, from) -> keepOne(program, HandleKind.REGION),
            (program, from) -> keepOne(program, HandleKind.TASK),
            (program, from) -> keepOne(program, HandleKind.PIN),
            (program, from) -> deleteChunks(program, 8, from),
            (program, from) -> deleteChunks(program, 4, from),
            (program, from) -> deleteChunks(program, 2, from),
            (program, from) -> deleteChunks(program, 1, from),
            ProgramShrinks::serialiseLanes,
            ProgramShrinks::deletePairs,
            ProgramShrinks::dropTasks,
            ProgramShrinks::mergeHandles,
            ProgramShrinks::simplerOperations,
            ProgramShrinks::moveInsteadOfCompact,
            ProgramShrinks::foldProtections,
            ProgramShrinks::privateAndWritten,
            ProgramShrinks::foldWrites,
            ProgramShrinks::pinInsteadOfWrite,
            ProgramShrinks::unmapInsteadOfLeaving,
            ProgramShrinks::swapParentAndChild,
            ProgramShrinks::childInsteadOfParent,
            ProgramShrinks::earlierTasks,
            ProgramShrinks::earlierHandles,
            ProgramShrinks::smallerArguments,
            ProgramShrinks::lowerPages,
            ProgramShrinks::sortNeighbours);

    private ProgramShrinks() {}

    /** The passes in their order. */
    public static List<ShrinkPass> passes() {
        return PASSES;
    }

    /** All simpler programs of all passes, the most promising first; lazy. */
    public static Stream<Program> candidates(Program program) {
        Stream<Program> renumbered = Stream.of(program.canonical()).filter(canonical -> !canonical.equals(program));
        return Stream.concat(
                PASSES.stream().flatMap(pass -> pass.candidates(program, 0).map(Candidate::program)), renumbered);
    }

    /** The candidate in canonical numbering, if it is simpler than the program. */
    private static Optional<Candidate> simpler(Program program, Program changed, int resume) {
        Program canonical = changed.canonical();
        return ORDER.compare(canonical, program) < 0 ? Optional.of(new Candidate(canonical, resume)) : Optional.empty();
    }

    /** Keeps one handle of a kind and its users; the handle that is used last comes first, because it broke. */
    private static Stream<Candidate> keepOne(Program program, HandleKind kind) {
        List<Integer> creators = IntStream.range(0, program.size())
                .filter(i -> program.steps()
                        .get(i)
                        .created()
                        .filter(created -> created.kind() == kind)
                        .isPresent())
                .boxed()
                .sorted(Comparator.comparing((Integer creator) -> lastUse(program, creator))
                        .reversed())
                .toList();
        if (creators.size() < 2) {
            return Stream.empty();
        }
        return creators.stream()
                .flatMap(kept ->
                        simpler(program, program.filtered(i -> i == kept || !creators.contains(i)), 0).stream());
    }

    /** The last step that uses what a step creates, directly or through what others create of it. */
    private static int lastUse(Program program, int creator) {
        Set<Handle> family = new HashSet<>();
        program.steps().get(creator).created().ifPresent(family::add);
        int last = creator;
        for (int i = creator + 1; i < program.size(); i++) {
            Step step = program.steps().get(i);
            if (step.used().stream().anyMatch(family::contains)) {
                last = i;
                step.created().filter(made -> made.kind() != HandleKind.TASK).ifPresent(family::add);
            }
        }
        return last;
    }

    /** Deletes steps that stand together, from the end; {@code from} counts the steps at the end that stay. */
    private static Stream<Candidate> deleteChunks(Program program, int chunk, int from) {
        if (chunk > 1 && chunk > program.size() / 2) {
            return Stream.empty();
        }
        return IntStream.iterate(from, kept -> kept < program.size(), kept -> kept + chunk)
                .boxed()
                .flatMap(kept -> {
                    int end = program.size() - kept;
                    return simpler(program, program.filtered(i -> i < end - chunk || i >= end), kept).stream();
                });
    }

    /** Lets steps that start together follow each other: all of them, else those of one lane. */
    private static Stream<Candidate> serialiseLanes(Program program, int from) {
        Set<Integer> lanes = program.steps().stream()
                .map(Step::lane)
                .filter(lane -> lane > 0)
                .collect(Collectors.toCollection(TreeSet::new));
        return Stream.concat(Stream.of(lanes), lanes.stream().map(Set::of))
                .distinct()
                .filter(some -> !some.isEmpty())
                .flatMap(some -> {
                    List<Step> steps = new ArrayList<>(program.steps());
                    steps.replaceAll(step -> some.contains(step.lane()) ? step.withLane(0) : step);
                    return simpler(program, new Program(steps), 0).stream();
                });
    }

    /** Deletes two steps that only go together, as two mprotects that undo each other. */
    private static Stream<Candidate> deletePairs(Program program, int from) {
        if (program.size() > MAX_STEPS_FOR_PAIRS) {
            return Stream.empty();
        }
        return IntStream.range(0, program.size())
                .boxed()
                .flatMap(first -> IntStream.range(first + 1, program.size())
                        .boxed()
                        .flatMap(second ->
                                simpler(program, program.filtered(i -> i != first && i != second), 0).stream()));
    }

    /** Deletes a fork and lets the parent do what the child did. */
    private static Stream<Candidate> dropTasks(Program program, int from) {
        return IntStream.range(0, program.size()).boxed().flatMap(index -> {
            Step fork = program.steps().get(index);
            return child(fork)
                    .flatMap(child -> {
                        List<Step> steps = new ArrayList<>();
                        for (Step step : program.steps()) {
                            boolean childs = step.task() == child.number();
                            if (step != fork && !(childs && step.operation() == Operations.EXIT)) {
                                steps.add(childs ? step.withTask(fork.task()) : step);
                            }
                        }
                        return simpler(program, Program.prune(steps), 0);
                    })
                    .stream();
        });
    }

    /** Deletes a creator and gives its users an earlier handle of the same kind. */
    private static Stream<Candidate> mergeHandles(Program program, int from) {
        return IntStream.range(0, program.size()).boxed().flatMap(index -> {
            Handle gone = program.steps().get(index).created().orElse(null);
            if (gone == null || gone.kind() == HandleKind.TASK) {
                return Stream.empty();
            }
            return earlier(program, index, gone.kind()).flatMap(other -> {
                List<Step> steps = new ArrayList<>();
                for (int i = 0; i < program.size(); i++) {
                    if (i != index) {
                        steps.add(retargeted(program.steps().get(i), gone, other));
                    }
                }
                return simpler(program, Program.prune(steps), 0).stream();
            });
        });
    }

    private static Stream<Handle> earlier(Program program, int index, HandleKind kind) {
        return program.steps().subList(0, index).stream()
                .flatMap(step -> step.created().stream())
                .filter(created -> created.kind() == kind);
    }

    private static Step retargeted(Step step, Handle from, Handle to) {
        Step changed = step;
        for (int i = 0; i < step.arguments().size(); i++) {
            if (step.operation().parameters().get(i) instanceof Parameter.Uses uses
                    && uses.kind() == from.kind()
                    && step.arguments().get(i) == from.number()) {
                changed = changed.with(i, to.number());
            }
        }
        return changed;
    }

    /** Replaces an operation by a simpler one; what it needed before is pruned when nobody else needs it. */
    private static Stream<Candidate> simplerOperations(Program program, int from) {
        return IntStream.range(from, program.size()).boxed().flatMap(index -> {
            Step step = program.steps().get(index);
            return Operations.of(step).simpler().stream()
                    .flatMap(simple -> byVictim(step, converted(program, step, simple)))
                    .flatMap(simple -> paths(step, simple))
                    .flatMap(simple -> {
                        Program changed = program.with(index, simple);
                        return Stream.of(withoutUnusedFiles(changed), changed).distinct();
                    })
                    .flatMap(candidate -> simpler(program, candidate, index).stream());
        });
    }

    /** The step with another operation; what its arguments do not say, its pin's creator does. */
    private static Step converted(Program program, Step step, Operation simple) {
        List<Step> sources = new ArrayList<>(List.of(step));
        step.used().stream()
                .filter(used -> used.kind() == HandleKind.PIN)
                .forEach(pin -> creator(program, pin).ifPresent(sources::add));
        List<Integer> arguments = new ArrayList<>();
        for (Parameter parameter : simple.parameters()) {
            int value = sources.stream()
                    .filter(source -> parameter(source, parameter.name()) >= 0)
                    .map(source -> source.arguments().get(parameter(source, parameter.name())))
                    .findFirst()
                    .orElse(parameter.min());
            boolean longTerm =
                    Operations.of(step).pinsForLong() && parameter.name().equals("term");
            arguments.add(longTerm ? parameter.max() : Math.min(value, parameter.max()));
        }
        return new Step(step.lane(), step.task(), simple, arguments);
    }

    /** What was done to another task, that task may do itself. */
    private static Stream<Step> byVictim(Step step, Step simple) {
        int victim = parameter(step, "victim");
        return victim < 0 || parameter(simple, "victim") >= 0
                ? Stream.of(simple)
                : Stream.of(simple.withTask(step.arguments().get(victim)), simple);
    }

    /** What pins by itself does not say through which path of the kernel: both are tried, the simpler one first. */
    private static Stream<Step> paths(Step step, Step simple) {
        int at = parameter(simple, "path");
        if (at < 0 || parameter(step, "path") >= 0) {
            return Stream.of(simple);
        }
        return everyValue(simple, at);
    }

    private static Stream<Step> everyValue(Step step, int at) {
        Parameter parameter = step.operation().parameters().get(at);
        return IntStream.rangeClosed(parameter.min(), parameter.max()).mapToObj(value -> step.with(at, value));
    }

    /** Moves what a pin holds, instead of compacting everything. */
    private static Stream<Candidate> moveInsteadOfCompact(Program program, int from) {
        return IntStream.range(from, program.size())
                .filter(index -> program.steps().get(index).operation() == Operations.COMPACT)
                .boxed()
                .flatMap(index -> program.steps().subList(0, index).stream()
                        .filter(step -> step.operation() == Operations.PIN)
                        .map(pin -> converted(program, pin, Operations.MOVE_PAGES)
                                .withTask(program.steps().get(index).task()))
                        .flatMap(move -> everyValue(move, parameter(move, "node")))
                        .flatMap(move -> simpler(program, program.with(index, move), index).stream()));
    }

    private static Optional<Step> creator(Program program, Handle handle) {
        return program.steps().stream()
                .filter(step -> step.created().filter(handle::equals).isPresent())
                .findFirst();
    }

    private static Program withoutUnusedFiles(Program program) {
        Set<Handle> used = new HashSet<>();
        program.steps().forEach(step -> used.addAll(step.used()));
        return program.filtered(i -> program.steps()
                .get(i)
                .created()
                .filter(created -> created.kind() == HandleKind.FILE && !used.contains(created))
                .isEmpty());
    }

    /**
     * Gives a mapping the rights that an mprotect gives it later: the mprotect goes, or it gets the rights of the mapping.
     */
    private static Stream<Candidate> foldProtections(Program program, int from) {
        return IntStream.range(0, program.size())
                .filter(index -> program.steps().get(index).operation() == Operations.MPROTECT)
                .boxed()
                .flatMap(index -> {
                    Step protect = program.steps().get(index);
                    int region = protect.arguments().get(parameter(protect, "region"));
                    int later = rights(protect);
                    int first = creator(program, new Handle(HandleKind.REGION, region))
                            .map(ProgramShrinks::rights)
                            .orElse(later);
                    List<Step> steps = new ArrayList<>(program.steps());
                    steps.replaceAll(step -> creates(step, HandleKind.REGION, region) ? withRights(step, later) : step);
                    List<Step> swapped = new ArrayList<>(steps);
                    swapped.set(index, withRights(protect, first));
                    steps.remove((int) index);
                    return Stream.of(Program.prune(steps), Program.prune(swapped))
                            .flatMap(candidate -> simpler(program, candidate, 0).stream());
                });
    }

    /** Makes a shared mapping private; what was read of it is written, or a private one would have the zero page there. */
    private static Stream<Candidate> privateAndWritten(Program program, int from) {
        return program.steps().stream()
                .filter(step ->
                        step.operation() == Operations.MMAP && step.arguments().get(parameter(step, "sharing")) > 0)
                .flatMap(mmap -> {
                    Handle region = mmap.created().orElseThrow();
                    List<Step> steps = new ArrayList<>(program.steps());
                    steps.replaceAll(step -> {
                        if (step == mmap) {
                            return mmap.with(parameter(mmap, "sharing"), 0);
                        }
                        return step.operation() == Operations.READ
                                        && step.used().contains(region)
                                ? converted(program, step, Operations.WRITE)
                                : step;
                    });
                    return simpler(program, new Program(steps), 0).stream();
                });
    }

    /**
     * Deletes a write and lets the next pin of the region do what it was for, which is to give the mapping a page of its
     * own: a pin for writing does, and one for long.
     */
    private static Stream<Candidate> foldWrites(Program program, int from) {
        if (program.size() > MAX_STEPS_FOR_PAIRS) {
            return Stream.empty();
        }
        return IntStream.range(0, program.size())
                .filter(index -> program.steps().get(index).operation() == Operations.WRITE)
                .boxed()
                .flatMap(index -> later(program, index, Operations.PIN).stream()
                        .flatMap(pin -> Stream.of(
                                        List.of(WRITING, SHORT), List.of(READING, LONG), List.of(WRITING, LONG))
                                .flatMap(mode -> simpler(
                                        program,
                                        program.with(
                                                        pin,
                                                        withMode(program.steps().get(pin), mode.get(0), mode.get(1)))
                                                .filtered(i -> i != index),
                                        0)
                                        .stream())));
    }

    private static Step withMode(Step pin, int access, int term) {
        return pin.with(parameter(pin, "access"), access).with(parameter(pin, "term"), term);
    }

    /** The first step behind another that does an operation to the same region. */
    private static Optional<Integer> later(Program program, int index, Operation operation) {
        Step step = program.steps().get(index);
        int region = step.arguments().get(parameter(step, "region"));
        return IntStream.range(index + 1, program.size())
                .filter(i -> {
                    Step next = program.steps().get(i);
                    return next.operation() == operation && next.arguments().get(parameter(next, "region")) == region;
                })
                .boxed()
                .findFirst();
    }

    /** Deletes an mprotect and lets a read-only pin, which the mapping's rights do not stop, fault in the write's place. */
    private static Stream<Candidate> pinInsteadOfWrite(Program program, int from) {
        if (program.size() > MAX_STEPS_FOR_PAIRS) {
            return Stream.empty();
        }
        return IntStream.range(0, program.size())
                .filter(index -> program.steps().get(index).operation() == Operations.MPROTECT)
                .boxed()
                .flatMap(index -> later(program, index, Operations.WRITE).stream()
                        .flatMap(write -> {
                            Step pin = converted(program, program.steps().get(write), Operations.PIN);
                            pin = withMode(pin, READING, SHORT)
                                    .with(parameter(pin, "pin"), program.handles(HandleKind.PIN));
                            return simpler(program, program.with(write, pin).filtered(i -> i != index), 0).stream();
                        }));
    }

    /** The rights that a step gives; what does not say gives all. */
    private static int rights(Step step) {
        int at = parameter(step, "protection");
        return at < 0 ? 0 : step.arguments().get(at);
    }

    private static Step withRights(Step step, int protection) {
        int at = parameter(step, "protection");
        return at < 0 ? step : step.with(at, protection);
    }

    private static boolean creates(Step step, HandleKind kind, int number) {
        return step.created().filter(new Handle(kind, number)::equals).isPresent();
    }

    /** Unmaps one region where the task leaves its memory; forks that only kept the program going are no longer needed. */
    private static Stream<Candidate> unmapInsteadOfLeaving(Program program, int from) {
        return IntStream.range(0, program.size())
                .filter(index -> LEAVING.contains(program.steps().get(index).operation()))
                .boxed()
                .flatMap(index -> earlier(program, index, HandleKind.REGION).flatMap(region -> {
                    Step leaving = program.steps().get(index);
                    Step unmap = Step.of(leaving.task(), Operations.MUNMAP, region.number(), 0, Region.MAX_PAGES);
                    return simpler(program, withoutIdleTasks(program.with(index, unmap)), 0).stream();
                }));
    }

    private static Program withoutIdleTasks(Program program) {
        Set<Handle> used = new HashSet<>();
        program.steps().forEach(step -> used.addAll(step.used()));
        return program.filtered(i -> program.steps()
                .get(i)
                .created()
                .filter(created -> created.kind() == HandleKind.TASK && !used.contains(created))
                .isEmpty());
    }

    /** The task that a step makes, if it makes one. */
    private static Optional<Handle> child(Step step) {
        return step.created().filter(created -> created.kind() == HandleKind.TASK);
    }

    /** After a fork, lets the parent do what the child did, and the other way round. */
    private static Stream<Candidate> swapParentAndChild(Program program, int from) {
        return IntStream.range(0, program.size()).boxed().flatMap(index -> {
            Step fork = program.steps().get(index);
            Optional<Handle> child = child(fork);
            if (child.isEmpty()) {
                return Stream.empty();
            }
            List<Step> steps = new ArrayList<>(program.steps());
            for (int i = index + 1; i < steps.size(); i++) {
                Step step = steps.get(i);
                if (step.task() == fork.task()) {
                    steps.set(i, step.withTask(child.get().number()));
                } else if (step.task() == child.get().number()) {
                    steps.set(i, step.withTask(fork.task()));
                }
            }
            return simpler(program, Program.prune(steps), 0).stream();
        });
    }

    /** Lets a child do right after its fork what its parent did before. */
    private static Stream<Candidate> childInsteadOfParent(Program program, int from) {
        return IntStream.range(0, program.size()).boxed().flatMap(index -> {
            Step fork = program.steps().get(index);
            Optional<Handle> child = child(fork);
            if (child.isEmpty()) {
                return Stream.empty();
            }
            return IntStream.range(0, index)
                    .filter(i -> program.steps().get(i).task() == fork.task())
                    .filter(i -> program.steps().get(i).created().isEmpty())
                    .boxed()
                    .flatMap(i -> {
                        List<Step> steps = new ArrayList<>(program.steps());
                        Step step = steps.remove((int) i);
                        steps.add(index, step.withTask(child.get().number()));
                        return simpler(program, Program.prune(steps), 0).stream();
                    });
        });
    }

    /** Lets an earlier task do a step. */
    private static Stream<Candidate> earlierTasks(Program program, int from) {
        return steps(
                program, from, (index, step) -> IntStream.range(0, step.task()).mapToObj(step::withTask));
    }

    /** Lets a step use an earlier handle. */
    private static Stream<Candidate> earlierHandles(Program program, int from) {
        return steps(
                program,
                from,
                (index, step) -> IntStream.range(0, step.arguments().size())
                        .boxed()
                        .filter(at -> step.operation().parameters().get(at) instanceof Parameter.Uses)
                        .flatMap(at ->
                                IntStream.range(0, step.arguments().get(at)).mapToObj(value -> step.with(at, value))));
    }

    /** Takes counts and constants down: to the least, by halves, by one; and ranges to their last pages. */
    private static Stream<Candidate> smallerArguments(Program program, int from) {
        return steps(
                program,
                from,
                (index, step) -> Stream.concat(
                        IntStream.range(0, step.arguments().size())
                                .boxed()
                                .flatMap(at -> smallerValues(step, at).map(value -> step.with(at, value))),
                        lastPages(step)));
    }

    private static Stream<Integer> smallerValues(Step step, int at) {
        Parameter parameter = step.operation().parameters().get(at);
        int value = step.arguments().get(at);
        if (parameter instanceof Parameter.Choice) {
            return IntStream.range(0, value).boxed();
        }
        if (parameter instanceof Parameter.Count count) {
            List<Integer> values = new ArrayList<>();
            for (int distance = value - count.min(); distance > 0; distance /= 2) {
                values.add(value - distance);
            }
            return values.stream();
        }
        return Stream.empty();
    }

    /** The end of a range of pages, in case it was not its start that mattered. */
    private static Stream<Step> lastPages(Step step) {
        int first = parameter(step, "first");
        int pages = parameter(step, "pages");
        if (first < 0 || pages < 0) {
            return Stream.empty();
        }
        int count = step.arguments().get(pages);
        int start = step.arguments().get(first);
        Parameter range = step.operation().parameters().get(first);
        return IntStream.of(count - 1, count / 2, 1)
                .filter(less -> less > 0 && less < count && start + less <= range.max())
                .distinct()
                .mapToObj(less -> step.with(first, start + less).with(pages, count - less));
    }

    /** The index of a parameter by its name, -1 where there is none. */
    private static int parameter(Step step, String name) {
        return IntStream.range(0, step.arguments().size())
                .filter(i -> step.operation().parameters().get(i).name().equals(name))
                .findFirst()
                .orElse(-1);
    }

    /** Moves all ranges of a region down to its first page; the mapping becomes shorter by as much, or stays. */
    private static Stream<Candidate> lowerPages(Program program, int from) {
        return IntStream.range(0, program.handles(HandleKind.REGION)).boxed().flatMap(region -> {
            int lowest = program.steps().stream()
                    .filter(step -> usesPagesOf(step, region))
                    .mapToInt(step -> step.arguments().get(parameter(step, "first")))
                    .min()
                    .orElse(0);
            return lowest == 0
                    ? Stream.empty()
                    : Stream.of(true, false)
                            .flatMap(
                                    shorter -> simpler(program, lowered(program, region, lowest, shorter), 0).stream());
        });
    }

    private static boolean usesPagesOf(Step step, int region) {
        return parameter(step, "first") >= 0 && step.used().contains(new Handle(HandleKind.REGION, region));
    }

    private static Program lowered(Program program, int region, int distance, boolean shorter) {
        List<Step> steps = new ArrayList<>(program.steps());
        steps.replaceAll(step -> {
            if (usesPagesOf(step, region)) {
                return less(step, "first", distance);
            }
            return shorter && creates(step, HandleKind.REGION, region) ? less(step, "pages", distance) : step;
        });
        return new Program(steps);
    }

    private static Step less(Step step, String name, int distance) {
        int at = parameter(step, name);
        if (at < 0) {
            return step;
        }
        int least = step.operation().parameters().get(at).min();
        return step.with(at, Math.max(least, step.arguments().get(at) - distance));
    }

    /** Swaps neighbours that may stand the other way round, so that equal bugs end in equal programs. */
    private static Stream<Candidate> sortNeighbours(Program program, int from) {
        return IntStream.range(from, program.size() - 1).boxed().flatMap(index -> {
            List<Step> steps = new ArrayList<>(program.steps());
            java.util.Collections.swap(steps, index, index + 1);
            Program swapped = Program.prune(steps);
            return swapped.size() == program.size()
                    ? simpler(program, swapped, Math.max(0, index - 1)).stream()
                    : Stream.empty();
        });
    }

    /** Variants of one step. */
    @FunctionalInterface
    private interface Variants {
        Stream<Step> of(int index, Step step);
    }

    /** Programs in which one step is another; goes on at the step that was changed. */
    private static Stream<Candidate> steps(Program program, int from, Variants variants) {
        return IntStream.range(from, program.size())
                .boxed()
                .flatMap(index -> variants.of(index, program.steps().get(index))
                        .flatMap(step -> simpler(program, program.with(index, step), index).stream()));
    }
}
