// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.model.PageCount;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;
import org.pinfuzz.generators.model.Place;
import org.pinfuzz.generators.operation.Expectation;
import org.pinfuzz.generators.operation.Mismatch;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Accounts;
import org.pinfuzz.generators.trace.EndRead;
import org.pinfuzz.generators.trace.Leftovers;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.PageFact;

/**
 * One moment of a run, as invariants see it: after a step, or at the end.
 *
 * @param kernel version of the kernel
 * @param model the model after the step
 * @param index the step's place; the number of steps at the end
 * @param step the step; empty at the end
 * @param expectation what the model made of the step; empty at the end
 * @param seenResult what the step's call answered, for people
 * @param values what the step told beside its answer; nothing at the end
 * @param mismatches values that were read and that the model does not accept, without those that follow from an earlier
 *     violation
 * @param divergences pinned pages whose mapping was first seen elsewhere now
 * @param mappings page table entries that were seen now
 * @param pages facts of frames that were seen now
 * @param accounts what the kernel's log and accounts say of the step, where it was watched
 * @param pinsChange by how much more pages should be pinned after the step than before
 * @param charges what memories are charged with; none but at the end
 * @param stuck the step that ran out of time; none but at the end
 * @param leftovers what stayed behind; nothing but at the end
 * @param splats kernel warnings and crashes of this run, as titles; none but at the end
 * @param tainted cells whose content is known to be wrong already
 */
public record Moment(
        KernelVersion kernel,
        Model model,
        int index,
        Optional<Step> step,
        Optional<Expectation> expectation,
        String seenResult,
        List<Long> values,
        List<Mismatch> mismatches,
        List<Divergence> divergences,
        List<MappingFact> mappings,
        List<PageFact> pages,
        Optional<Accounts> accounts,
        PageCount pinsChange,
        List<EndRead> charges,
        Optional<Step> stuck,
        Leftovers leftovers,
        List<String> splats,
        java.util.Set<Object> tainted) {

    /** The name of the step's operation; {@code end} at the end. */
    String operation() {
        return step.map(at -> at.operation().name()).orElse("end");
    }

    /** Whether the step is one of an operation. */
    boolean isOf(Operation operation) {
        return step.filter(at -> at.operation() == operation).isPresent();
    }

    /** The pin through which the step's device read. */
    Optional<Pin> devicePin() {
        return step.filter(at -> at.operation() == Operations.DEVICE_READ)
                .flatMap(at -> model.pin(at.arguments().get(0)));
    }

    /** Whether the step's answer was none that it may give: then the model does not know what is pinned. */
    boolean surprising() {
        return expectation.filter(known -> !known.resultAllowed()).isPresent();
    }

    /** The pin that the step made, if it is held. */
    Optional<Pin> newPin() {
        return step.flatMap(Step::created)
                .filter(handle -> handle.kind() == HandleKind.PIN)
                .flatMap(handle -> model.pin(handle.number()))
                .filter(Pin::live);
    }

    /** What the model has at a place. */
    Optional<Page> pageAt(Place place) {
        return model.taskOf(place.memory()).flatMap(task -> model.page(task.number(), place.region(), place.page()));
    }

    /** Whether the owner of a pinned page was seen to map its frame now. */
    boolean maps(PinnedPage page) {
        return page.pfn() != 0
                && page.place()
                        .filter(place -> mappings.stream()
                                .anyMatch(mapping -> mapping.pfn() == page.pfn()
                                        && mapping.region() == place.region()
                                        && mapping.page() == place.page()
                                        && model.alive(mapping.task())
                                        && model.task(mapping.task()).memory() == place.memory()))
                        .isPresent();
    }

    Optional<PageFact> page(long pfn) {
        return pages.stream().filter(fact -> fact.pfn() == pfn).findFirst();
    }

    boolean isTainted(Cell cell) {
        return tainted.contains(cell.lineage());
    }
}
