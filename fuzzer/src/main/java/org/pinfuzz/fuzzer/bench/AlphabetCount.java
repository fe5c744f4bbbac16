// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.pinfuzz.generators.invariant.Judge;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.invariant.Moment;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Place;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.model.Task;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepStatus;
import org.pinfuzz.generators.trace.StepTrace;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.triage.Oracle;

/**
 * What of the alphabet runs on one kernel showed: what each operation answered, which operation followed which on the same
 * cell, and how often each invariant had something to judge.
 */
public final class AlphabetCount {
    /** Operations on all that a task has, or on all that there is. */
    private static final Set<Operation> WHOLE_MEMORY = Set.of(
            Operations.FORK,
            Operations.THREAD,
            Operations.EXIT,
            Operations.EXEC,
            Operations.KILL,
            Operations.COMPACT,
            Operations.MIGRATE_PAGES,
            Operations.KSM_MERGE);

    private final String kernel;
    private final KernelVersion version;
    private final Map<String, Answers> operations = new TreeMap<>();
    private final Map<String, Long> invariants = new TreeMap<>();
    private final Map<String, Map<String, Long>> pairs = new TreeMap<>();
    private final Set<String> supported = new TreeSet<>();
    private long programs;

    /** What one operation answered. */
    public static final class Answers {
        private final Map<String, Long> refused = new TreeMap<>();
        private long attempted;
        private long succeeded;

        /** Steps of it that ran. */
        public long attempted() {
            return attempted;
        }

        /** Steps that did what was asked, all of it; requests that are flawed on purpose are to be refused. */
        public long succeeded() {
            return succeeded;
        }

        /** Steps that answered an error, by the error. */
        public Map<String, Long> refused() {
            return java.util.Collections.unmodifiableMap(refused);
        }

        private void add(Operation operation, StepTrace seen) {
            attempted++;
            if (seen.status() != StepStatus.DONE) {
                refused.merge(seen.status().name().toLowerCase(java.util.Locale.ROOT), 1L, Long::sum);
            } else if (seen.faultMask() != 0) {
                refused.merge("fault", 1L, Long::sum);
            } else if (seen.result() < 0 && operation != Operations.MEMPINFD_REQUEST) {
                refused.merge(Errno.text(seen.result()), 1L, Long::sum);
            } else {
                succeeded++;
            }
        }
    }

    /** @param supported what guests of the kernel have the facilities for */
    public AlphabetCount(String kernel, KernelVersion version, List<Operation> supported) {
        this.kernel = kernel;
        this.version = version;
        supported.forEach(operation -> this.supported.add(operation.name()));
    }

    public String kernel() {
        return kernel;
    }

    public long programs() {
        return programs;
    }

    public Map<String, Answers> operations() {
        return operations;
    }

    public Map<String, Long> invariants() {
        return invariants;
    }

    public Set<String> supported() {
        return supported;
    }

    /** How often {@code second} came after {@code first} on the same cell. */
    public long pairs(String first, String second) {
        return pairs.getOrDefault(first, Map.of()).getOrDefault(second, 0L);
    }

    public void add(Oracle.Run run) {
        programs++;
        Program program = run.program();
        Trace trace = run.trace();
        for (int i = 0; i < Math.min(program.size(), trace.steps().size()); i++) {
            StepStatus status = trace.steps().get(i).status();
            if (status != StepStatus.SKIPPED && status != StepStatus.NOT_RUN && status != StepStatus.UNSUPPORTED) {
                operations
                        .computeIfAbsent(program.steps().get(i).operation().name(), unused -> new Answers())
                        .add(
                                Operations.of(program.steps().get(i)),
                                trace.steps().get(i));
            }
        }
        run.judgement().passed().forEach((id, count) -> invariants.merge(id, (long) count, Long::sum));
        run.judgement().violations().forEach(violation -> invariants.merge(violation.invariant(), 1L, Long::sum));
        Touched touched = new Touched();
        Judge.judge(program, trace, List.of(), version, touched::after);
    }

    /** Whether an operation touches cells at all. */
    public static boolean touches(Operation operation) {
        return wholeMemory(operation)
                || operation.parameters().stream()
                        .anyMatch(parameter -> Set.of("region", "pin").contains(parameter.name()));
    }

    /** Whether it brings cells into being that nothing has touched before. */
    public static boolean creates(Operation operation) {
        return Set.of(Operations.MMAP, Operations.MMAP_HUGE, Operations.MMAP_HUGETLB)
                .contains(operation);
    }

    private static boolean wholeMemory(Operation operation) {
        return WHOLE_MEMORY.contains(operation);
    }

    /** Who touched each cell last, while one program is judged. */
    private final class Touched {
        private final Map<Object, String> last = new HashMap<>();
        private final Map<Place, Object> cells = new HashMap<>();

        void after(Moment moment) {
            moment.step().ifPresent(step -> touch(moment.model(), step));
        }

        private void touch(Model model, Step step) {
            String name = step.operation().name();
            Set<Object> told = new java.util.HashSet<>();
            places(model, step).forEach(place -> {
                Object now = model.taskOf(place.memory())
                        .flatMap(task -> model.page(task.number(), place.region(), place.page()))
                        .flatMap(page -> page.cell())
                        .<Object>map(cell -> cell)
                        .orElse(place);
                Object before = cells.getOrDefault(place, now);
                follow(last.get(before), name, told, before);
                cells.put(place, now);
                last.put(now, name);
                last.put(before, name);
            });
            pinned(model, step).forEach(cell -> {
                follow(last.get(cell), name, told, cell);
                last.put(cell, name);
            });
        }

        private void follow(String first, String second, Set<Object> told, Object cell) {
            if (first != null && told.add(cell)) {
                pairs.computeIfAbsent(first, unused -> new TreeMap<>()).merge(second, 1L, Long::sum);
            }
        }

        private static Stream<Object> pinned(Model model, Step step) {
            return Stream.concat(step.used().stream(), step.created().stream())
                    .filter(handle -> handle.kind() == HandleKind.PIN)
                    .flatMap(handle -> model.pin(handle.number()).stream())
                    .flatMap(pin -> pin.pages().stream())
                    .flatMap(page -> page.cell().stream());
        }

        private Stream<Place> places(Model model, Step step) {
            Operation operation = Operations.of(step);
            if (wholeMemory(operation)) {
                List<Integer> tasks = new ArrayList<>(List.of(step.task()));
                Stream.concat(step.used().stream(), step.created().stream())
                        .filter(handle -> handle.kind() == HandleKind.TASK)
                        .forEach(handle -> tasks.add(handle.number()));
                // What is gone with its task was last seen where it was.
                return Stream.concat(
                                tasks.stream().flatMap(task -> mapped(model, task)),
                                List.copyOf(cells.keySet()).stream())
                        .distinct();
            }
            int owner = argument(step, "victim").orElse(step.task());
            if (!model.alive(owner)) {
                return Stream.empty();
            }
            int memory = model.task(owner).memory();
            int first = argument(step, "first").orElse(0);
            int pages = argument(step, "pages").orElse(argument(step, "first").isPresent() ? 1 : Region.MAX_PAGES);
            Stream<Place> range = argument(step, "region").stream()
                    .flatMap(region -> IntStream.range(first, Math.min(first + pages, Region.MAX_PAGES))
                            .mapToObj(page -> new Place(memory, region, page)));
            Stream<Place> moved = argument(step, "to").stream()
                    .flatMap(region -> IntStream.range(0, Math.min(pages, Region.MAX_PAGES))
                            .mapToObj(page -> new Place(memory, region, page)));
            return Stream.concat(range, moved);
        }

        private static Stream<Place> mapped(Model model, int number) {
            if (!model.alive(number)) {
                return Stream.empty();
            }
            Task task = model.task(number);
            return task.regions().keySet().stream()
                    .flatMap(region -> IntStream.range(0, Region.MAX_PAGES)
                            .filter(page -> model.page(number, region, page).isPresent())
                            .mapToObj(page -> new Place(task.memory(), region, page)));
        }

        private static Optional<Integer> argument(Step step, String name) {
            List<Parameter> parameters = step.operation().parameters();
            return IntStream.range(0, parameters.size())
                    .filter(i -> parameters.get(i).name().equals(name))
                    .mapToObj(i -> step.arguments().get(i))
                    .findFirst();
        }
    }

    /** Writes what was counted. */
    public void write(ObjectNode node, double seconds) {
        node.put("kernel", kernel).put("seconds", seconds).put("programs", programs);
        supported.forEach(node.putArray("supported")::add);
        ObjectNode all = node.putObject("operations");
        operations.forEach((name, answers) -> {
            ObjectNode one =
                    all.putObject(name).put("attempted", answers.attempted).put("succeeded", answers.succeeded);
            ObjectNode refused = one.putObject("refused");
            answers.refused.forEach(refused::put);
        });
        ObjectNode judged = node.putObject("invariants");
        invariants.forEach(judged::put);
        ObjectNode followed = node.putObject("pairs");
        pairs.forEach((first, after) -> {
            ObjectNode row = followed.putObject(first);
            after.forEach(row::put);
        });
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static AlphabetCount read(JsonNode node) {
        if (!node.path("kernel").isTextual()
                || !node.path("operations").isObject()
                || !node.path("pairs").isObject()) {
            throw new IllegalArgumentException("no counts of a kernel: " + Objects.toString(node.path("kernel")));
        }
        AlphabetCount count = new AlphabetCount(node.path("kernel").asText(), new KernelVersion(0, 0), List.of());
        count.programs = node.path("programs").asLong();
        node.path("supported").forEach(name -> count.supported.add(name.asText()));
        node.path("operations").properties().forEach(entry -> {
            Answers answers = new Answers();
            answers.attempted = entry.getValue().path("attempted").asLong();
            answers.succeeded = entry.getValue().path("succeeded").asLong();
            entry.getValue()
                    .path("refused")
                    .properties()
                    .forEach(refused -> answers.refused.put(
                            refused.getKey(), refused.getValue().asLong()));
            count.operations.put(entry.getKey(), answers);
        });
        node.path("invariants")
                .properties()
                .forEach(entry ->
                        count.invariants.put(entry.getKey(), entry.getValue().asLong()));
        node.path("pairs").properties().forEach(row -> {
            Map<String, Long> followed = new TreeMap<>();
            row.getValue()
                    .properties()
                    .forEach(entry ->
                            followed.put(entry.getKey(), entry.getValue().asLong()));
            count.pairs.put(row.getKey(), followed);
        });
        return count;
    }
}
