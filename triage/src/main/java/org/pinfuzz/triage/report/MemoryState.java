// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.report;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pinfuzz.generators.invariant.Moment;
import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.model.Task;
import org.pinfuzz.generators.model.Tokens;
import org.pinfuzz.generators.trace.PageFact;

/**
 * Memory at one moment: what the model thinks of it, and the frames that the guest saw.
 *
 * @param title when
 * @param mappings mapped pages of living tasks
 * @param pins pages of live pins
 * @param frames what was said of each frame, for people, by its number
 */
record MemoryState(String title, List<Holder> mappings, List<Holder> pins, Map<Long, String> frames) {
    MemoryState {
        requireNonNull(title, "title is null");
        mappings = List.copyOf(mappings);
        pins = List.copyOf(pins);
        frames = java.util.Collections.unmodifiableMap(new TreeMap<>(frames));
    }

    /**
     * What refers to a frame.
     *
     * @param name the page of a mapping or of a pin
     * @param cell the model's cell, and what it holds
     * @param pfn the frame as the guest saw it, 0 where none was seen
     */
    record Holder(String name, String cell, long pfn) {}

    /** The number of a page of a task's region, as mapping facts have it. */
    record Place(int task, int region, int page) {}

    /**
     * Takes down what a moment shows; the model goes on after it.
     *
     * @param pfns the frames that mappings were last seen to have
     * @param facts what was last said of frames
     * @param names names of cells that were met, which grow
     */
    static MemoryState of(
            String title, Moment moment, Map<Place, Long> pfns, Map<Long, PageFact> facts, List<Cell> names) {
        List<Holder> mappings = new ArrayList<>();
        Map<Long, String> frames = new TreeMap<>();
        for (Task task : moment.model().livingTasks()) {
            task.regions().forEach((number, region) -> {
                for (int i = 0; i < Region.MAX_PAGES; i++) {
                    int index = i;
                    region.page(i).ifPresent(page -> {
                        long pfn = pfns.getOrDefault(new Place(task.number(), number, index), 0L);
                        mappings.add(new Holder(
                                "t" + task.number() + " r" + number + " page " + index, cell(page, names), pfn));
                        note(frames, pfn, facts);
                    });
                }
            });
        }
        List<Holder> pins = new ArrayList<>();
        for (Pin pin : moment.model().livePins()) {
            for (int i = 0; i < pin.pages().size(); i++) {
                PinnedPage page = pin.pages().get(i);
                String cell = page.cell().map(one -> named(one, names)).orElse("no promise");
                pins.add(new Holder(
                        "k" + pin.number() + " page " + i + ", " + pin.mode().text(), cell, page.pfn()));
                note(frames, page.pfn(), facts);
            }
        }
        return new MemoryState(title, mappings, pins, frames);
    }

    private static void note(Map<Long, String> frames, long pfn, Map<Long, PageFact> facts) {
        if (pfn != 0) {
            PageFact fact = facts.get(pfn);
            frames.put(pfn, fact == null ? "" : fact.describe().replaceFirst("^pfn [0-9a-f]+ ", ""));
        }
    }

    private static String cell(Page page, List<Cell> names) {
        return page.cell().map(cell -> named(cell, names)).orElse("zero page");
    }

    private static String named(Cell cell, List<Cell> names) {
        int index = 0;
        // Cells have no equality of their own, and must not: two may hold the same.
        while (index < names.size() && names.get(index) != cell) {
            index++;
        }
        if (index == names.size()) {
            names.add(cell);
        }
        return "c" + index + ": " + Tokens.text(cell.value());
    }
}
