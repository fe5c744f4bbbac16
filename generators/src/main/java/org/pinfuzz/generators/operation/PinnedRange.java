// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.pinfuzz.generators.model.MempinfdFile;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.PinMode;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.PageFact;
import org.pinfuzz.generators.trace.StepTrace;

/** What pins of a range have in common, whoever makes them. */
final class PinnedRange {
    private PinnedRange() {}

    /** How many pages from the range's start can be pinned: the kernel stops at the first that may not be accessed. */
    static int accessible(Model model, Step step, boolean write) {
        return accessible(model, step, page -> write ? page.writable() : page.readable());
    }

    /** How many pages from the range's start can be pinned for long on a kernel that keeps pins away from disks. */
    static int offDisk(Model model, Step step, boolean write) {
        return accessible(model, step, page -> write ? page.writable() && !page.writesToDisk() : page.readable());
    }

    /** How many pages from the range's start can certainly be pinned. */
    static int certain(Model model, Step step, PinMode mode) {
        return accessible(
                model,
                step,
                page -> (mode.write() ? page.writable() && !(mode.longTerm() && page.writesToDisk()) : page.readable())
                        && !page.mayFault(mode.write()));
    }

    private static int accessible(Model model, Step step, Predicate<Page> accessible) {
        int count = 0;
        while (count < RangeOperation.pages(step)
                && RangeOperation.page(model, step, RangeOperation.first(step) + count)
                        .filter(accessible)
                        .isPresent()) {
            count++;
        }
        return count;
    }

    /** Does to the model what a pin of {@code result} pages did, {@code possible} of which could be touched. */
    static void pin(Model model, Step step, PinMode mode, int possible, long result, Optional<StepTrace> observed) {
        pin(model, step, mode, possible, result, observed, Optional.empty());
    }

    /** The same, where a file of mempinfd holds the pin. */
    static void pin(
            Model model,
            Step step,
            PinMode mode,
            int possible,
            long result,
            Optional<StepTrace> observed,
            Optional<MempinfdFile> file) {
        pin(model, step, step.task(), mode, possible, result, observed, file);
    }

    /** The same of pages in the memory of {@code owner}, which may be another task than the one that gets the pin. */
    static void pin(
            Model model,
            Step step,
            int owner,
            PinMode mode,
            int possible,
            long result,
            Optional<StepTrace> observed,
            Optional<MempinfdFile> file) {
        int pinned = (int) Math.max(0, Math.min(result, possible));
        int first = RangeOperation.first(step);
        if (pinned > 0) {
            List<Long> pfns = observed.map(StepTrace::values).orElse(List.of());
            model.pin(
                    step.get(Parameters.NEW_PIN),
                    mode,
                    step.task(),
                    owner,
                    RangeOperation.region(step),
                    first,
                    pinned,
                    pfns,
                    observed.map(PinnedRange::anonymous).orElse(Set.of()),
                    file);
        }
        for (int page = first; !mode.write() && page < first + possible; page++) {
            model.readIn(owner, RangeOperation.region(step), page);
        }
        if (mode.write() || mode.longTerm()) {
            for (int page = first + pinned; page < first + possible; page++) {
                model.touchForPin(owner, RangeOperation.region(step), page);
            }
        }
    }

    private static Set<Long> anonymous(StepTrace trace) {
        return trace.pages().stream()
                .filter(page -> page.is(PageFact.Flag.ANON))
                .map(PageFact::pfn)
                .collect(Collectors.toSet());
    }
}
