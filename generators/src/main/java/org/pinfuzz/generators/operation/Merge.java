// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;

/**
 * {@code MADV_MERGEABLE} and {@code MADV_UNMERGEABLE} of a range: whether KSM may keep equal pages in one frame. Taking it
 * back gives each page a frame of its own again.
 */
final class Merge extends AdviceOperation {
    private final boolean mergeable;

    private Merge(String name, int code, boolean mergeable) {
        super(name, code);
        this.mergeable = mergeable;
    }

    static Operation mergeable() {
        return new Merge("madv_mergeable", 58, true);
    }

    static Operation unmergeable() {
        return new Merge("madv_unmergeable", 59, false);
    }

    @Override
    Optional<Draw.Range> drawRange(Draw draw) {
        return draw.rangeWith(page -> page.privateAnonymous() && (mergeable || page.mergeable()));
    }

    @Override
    public Family family() {
        return Family.MERGE;
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.KSM);
    }

    @Override
    String constant(Step step) {
        return mergeable ? "MADV_MERGEABLE" : "MADV_UNMERGEABLE";
    }

    @Override
    void advise(Model model, Step step, int page) {
        model.setMergeable(step.task(), region(step), page, mergeable);
    }
}
