// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;

/**
 * An advice that changes neither what a program sees nor where its pages are: it says what the kernel should do later.
 */
final class AdviceWithoutEffect extends AdviceOperation {
    private final String constant;
    private final Optional<Facility> facility;
    private final Refusal ofHugetlb;
    private final Refusal ofLocked;

    AdviceWithoutEffect(
            String name, int code, String constant, Optional<Facility> facility, Refusal ofHugetlb, Refusal ofLocked) {
        super(name, code);
        this.constant = constant;
        this.facility = facility;
        this.ofHugetlb = ofHugetlb;
        this.ofLocked = ofLocked;
    }

    /** MADV_COLD: pages are the first to go when memory gets short. */
    static Operation cold() {
        return new AdviceWithoutEffect("madv_cold", 52, "MADV_COLD", Optional.empty(), Refusal.ALWAYS, Refusal.ALWAYS);
    }

    /** MADV_HUGEPAGE: faults may bring huge pages and large folios. */
    static Operation hugepage() {
        return new AdviceWithoutEffect(
                "madv_hugepage", 53, "MADV_HUGEPAGE", Optional.of(Facility.THP), Refusal.NEVER, Refusal.NEVER);
    }

    /** MADV_NOHUGEPAGE: faults bring single pages. */
    static Operation nohugepage() {
        return new AdviceWithoutEffect(
                "madv_nohugepage", 54, "MADV_NOHUGEPAGE", Optional.of(Facility.THP), Refusal.NEVER, Refusal.NEVER);
    }

    @Override
    public Family family() {
        return Family.ADVICE;
    }

    @Override
    public Set<Facility> needs() {
        return facility.map(Set::of).orElse(Set.of());
    }

    @Override
    String constant(Step step) {
        return constant;
    }

    @Override
    Refusal refuses(Step step, Page page) {
        if (page.hugetlb()) {
            return ofHugetlb;
        }
        return page.locked() ? ofLocked : Refusal.NEVER;
    }
}
