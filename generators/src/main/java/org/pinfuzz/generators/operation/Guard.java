// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;

/**
 * {@code MADV_GUARD_INSTALL} and {@code MADV_GUARD_REMOVE} of a range: what private memory held is gone, and every access
 * faults until the guard is removed (6.13; from 6.15 also over files).
 */
final class Guard extends AdviceOperation {
    private final boolean install;

    private Guard(String name, int code, boolean install) {
        super(name, code);
        this.install = install;
    }

    static Operation install() {
        return new Guard("guard_install", 56, true);
    }

    static Operation remove() {
        return new Guard("guard_remove", 57, false);
    }

    @Override
    Optional<Draw.Range> drawRange(Draw draw) {
        return install ? draw.range() : draw.rangeWith(Page::guard);
    }

    @Override
    public Family family() {
        return Family.ADVICE;
    }

    @Override
    public List<Operation> simpler() {
        return install ? List.of(Operations.MUNMAP) : List.of();
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.GUARD);
    }

    @Override
    String constant(Step step) {
        return install ? "MADV_GUARD_INSTALL" : "MADV_GUARD_REMOVE";
    }

    @Override
    Refusal refuses(Step step, Page page) {
        if (page.hugetlb()) {
            return Refusal.ALWAYS;
        }
        if (install && page.locked()) {
            return Refusal.ALWAYS;
        }
        return page.privateAnonymous() && page.protection().writable() ? Refusal.NEVER : Refusal.MAYBE;
    }

    @Override
    void advise(Model model, Step step, int page) {
        if (install) {
            model.installGuard(step.task(), region(step), page);
        } else {
            model.removeGuard(step.task(), region(step), page);
        }
    }
}
