// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.pinfuzz.generators.model.Certainty;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * What is asked of a memory's userfaultfd about a range. It is opened with UFFD_FEATURE_SIGBUS, so that a fault that it
 * stops is a signal and nobody waits (handle_userfault, fs/userfaultfd.c). Huge pages of the pool are left alone.
 */
abstract class UffdOperation extends RangeOperation {
    /** One range in so many is drawn without a look at what is registered. */
    private static final int BLIND_OF = 6;

    UffdOperation(String name, int code, Parameter... more) {
        super(name, code, more);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.USERFAULTFD);
    }

    @Override
    public boolean skipped(Model model, Step step) {
        return model.hugetlb(region(step));
    }

    /** A range that mostly starts at a page of which something is true. */
    static Optional<Draw.Range> rangeWith(Draw draw, Predicate<Page> wanted) {
        List<Draw.Range> candidates = new ArrayList<>();
        draw.model().task(draw.task()).regions().forEach((handle, region) -> {
            for (int page = 0; page < Region.MAX_PAGES; page++) {
                if (region.page(page).filter(wanted).isPresent()) {
                    candidates.add(new Draw.Range(handle, page, 1));
                }
            }
        });
        if (candidates.isEmpty() || draw.random().nextInt(BLIND_OF) == 0) {
            return draw.range();
        }
        return draw.oneOf(candidates)
                .map(start -> new Draw.Range(
                        start.region(), start.first(), Math.min(draw.pages(), Region.MAX_PAGES - start.first())));
    }

    /** What the page table had for a page after the step; empty where nobody looked. */
    static Optional<MappingFact> fact(Optional<StepTrace> observed, Step step, int region, int page) {
        return observed.flatMap(trace -> trace.mappings().stream()
                .filter(mapping ->
                        mapping.task() == step.task() && mapping.region() == region && mapping.page() == page)
                .findFirst());
    }

    /** Whether a page is write-protected, by what the page table had for it. */
    static Certainty marked(Optional<MappingFact> fact) {
        return fact.map(mapping -> mapping.writeProtected()
                        ? Certainty.YES
                        // A page without the mark: nobody knows whether the guest can tell marks at all.
                        : mapping.there() ? Certainty.MAYBE : Certainty.NO)
                .orElse(Certainty.MAYBE);
    }

    /** The answer for one page of the range; empty where nothing was observed. */
    static Optional<Long> answer(Optional<StepTrace> observed, int offset) {
        return observed.filter(trace -> offset < trace.values().size())
                .map(trace -> trace.values().get(offset));
    }
}
