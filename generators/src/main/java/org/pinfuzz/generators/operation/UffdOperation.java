// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Certainty;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * What is asked of a memory's userfaultfd about a range. It is opened with UFFD_FEATURE_SIGBUS, so that a fault that it
 * stops is a signal and nobody waits (handle_userfault, fs/userfaultfd.c). Huge pages of the pool are left alone.
 */
abstract class UffdOperation extends RangeOperation {
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

    @Override
    public Family family() {
        return Family.USERFAULTFD;
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
