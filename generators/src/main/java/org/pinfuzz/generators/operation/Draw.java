// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.model.Task;
import org.pinfuzz.generators.program.HandleKind;

/** What an operation draws from: the state so far, a task, and chance. */
public final class Draw {
    /** One range in so many is drawn without looking where something could be done. */
    private static final int BLIND_OF = 8;

    private final Random random;
    private final Model model;
    private final int task;
    private final Map<HandleKind, Integer> next;

    /** @param next the next free number of each kind of handle */
    public Draw(Random random, Model model, int task, Map<HandleKind, Integer> next) {
        this.random = random;
        this.model = model;
        this.task = task;
        this.next = new EnumMap<>(next);
    }

    public Random random() {
        return random;
    }

    public Model model() {
        return model;
    }

    public int task() {
        return task;
    }

    /** The number of a handle that does not exist yet, unless there are too many. */
    public Optional<Integer> fresh(HandleKind kind) {
        int number = next.getOrDefault(kind, 0);
        return number < kind.limit() ? Optional.of(number) : Optional.empty();
    }

    /** A range of pages: a region of the task, the first page and how many. */
    public record Range(int region, int first, int pages) {}

    /**
     * A range in one of the task's regions: mostly one mapped page or all of them, sometimes past the end, rarely in a
     * region that is gone.
     */
    public Optional<Range> range() {
        return rangeOf(task);
    }

    /** The same in another task's memory. */
    public Optional<Range> rangeOf(int victim) {
        List<Integer> candidates = new ArrayList<>();
        model.task(victim).regions().forEach((handle, region) -> {
            if (region.anythingMapped() || random.nextInt(8) == 0) {
                candidates.add(handle);
            }
        });
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        int region = candidates.get(random.nextInt(candidates.size()));
        return Optional.of(rangeIn(victim, region));
    }

    private Range rangeIn(int owner, int handle) {
        int extent = Math.max(1, model.task(owner).region(handle).extent());
        return switch (random.nextInt(8)) {
            case 0, 1 -> new Range(handle, 0, extent);
            case 2 -> {
                int first = random.nextInt(Region.MAX_PAGES);
                yield new Range(handle, first, 1 + random.nextInt(Region.MAX_PAGES - first));
            }
            case 3, 4 -> {
                int first = random.nextInt(extent);
                yield new Range(handle, first, 1 + random.nextInt(extent - first));
            }
            // Meeting on the same page is what makes sequences interesting.
            case 5 -> new Range(handle, random.nextInt(extent), 1);
            default -> new Range(handle, 0, 1);
        };
    }

    /**
     * A range that starts at a page of which something is true: mostly so, and where there is no such page, rarely any
     * range, because an operation that finds nothing to do tells little.
     */
    public Optional<Range> rangeWith(Predicate<Page> wanted) {
        List<Range> candidates = new ArrayList<>();
        model.task(task).regions().forEach((handle, region) -> {
            for (int page = 0; page < Region.MAX_PAGES; page++) {
                if (region.page(page).filter(wanted).isPresent()) {
                    candidates.add(new Range(handle, page, 1));
                }
            }
        });
        if (random.nextInt(BLIND_OF) == 0) {
            return range();
        }
        return oneOf(candidates)
                .map(start ->
                        new Range(start.region(), start.first(), Math.min(pages(), Region.MAX_PAGES - start.first())));
    }

    /** A living task that is not the step's. */
    public Optional<Integer> otherTask() {
        return oneOf(model.livingTasks().stream()
                .map(Task::number)
                .filter(number -> number != task)
                .toList());
    }

    /** One of the pins that the task can use. */
    public Optional<Pin> pin() {
        return oneOf(model.livePins().stream().filter(pin -> pin.usableBy(task)).toList());
    }

    public Optional<Integer> file() {
        return oneOf(model.filesOf(task));
    }

    /** A small number of pages, mostly one or two. */
    public int pages() {
        return random.nextInt(4) == 0 ? 1 + random.nextInt(Region.MAX_PAGES) : 1 + random.nextInt(2);
    }

    /** An index below {@code bound}, the first with probability one half. */
    public int mostlyFirst(int bound) {
        return random.nextBoolean() ? 0 : random.nextInt(bound);
    }

    public <T> Optional<T> oneOf(List<T> candidates) {
        return candidates.isEmpty() ? Optional.empty() : Optional.of(candidates.get(random.nextInt(candidates.size())));
    }
}
