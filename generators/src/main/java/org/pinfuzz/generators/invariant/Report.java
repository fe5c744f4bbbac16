// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.pinfuzz.generators.model.Cell;
import org.pinfuzz.generators.model.PageKind;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.model.PinnedPage;

/** What the invariants say of one run, while it is judged. */
final class Report {
    private final List<Violation> violations = new ArrayList<>();
    private final Map<String, Integer> passed = new TreeMap<>();
    private final Map<String, Set<PinnedPage>> told = new HashMap<>();
    private final Set<Object> tainted;

    Report(Set<Object> tainted) {
        this.tainted = tainted;
    }

    /** Whether this is the first time that the invariant speaks of this page: what is told at the pin is not told again. */
    boolean first(Invariant invariant, PinnedPage page) {
        return told.computeIfAbsent(invariant.id(), unused -> Collections.newSetFromMap(new IdentityHashMap<>()))
                .add(page);
    }

    /** Whether this is the first time that the invariant speaks at all. */
    boolean first(Invariant invariant) {
        return violations.stream().noneMatch(violation -> violation.invariant().equals(invariant.id()));
    }

    void pass(Invariant invariant) {
        passed.merge(invariant.id(), 1, Integer::sum);
    }

    /** A violation that concerns no pin. */
    void violation(Invariant invariant, Moment moment, String expected, String seen) {
        violation(invariant, invariant.promisedFrom(), moment, "", "", expected, seen);
    }

    /** A pinned page whose owner maps another frame. */
    void violation(Invariant invariant, KernelVersion promisedFrom, Moment moment, Divergence divergence) {
        violation(
                invariant,
                promisedFrom,
                moment,
                divergence.pin(),
                divergence.page().kind(),
                divergence.expected(),
                divergence.seen());
    }

    /** A violation that concerns a page of a pin. */
    void violation(
            Invariant invariant,
            KernelVersion promisedFrom,
            Moment moment,
            Pin pin,
            PageKind kind,
            String expected,
            String seen) {
        violation(invariant, promisedFrom, moment, pin.mode().text(), text(kind), expected, seen);
    }

    void violation(
            Invariant invariant,
            KernelVersion promisedFrom,
            Moment moment,
            String pinMode,
            String pageKind,
            String expected,
            String seen) {
        violations.add(new Violation(
                invariant.id(),
                moment.index(),
                moment.operation(),
                pinMode,
                pageKind,
                moment.kernel().atLeast(promisedFrom),
                promisedFrom.toString(),
                expected,
                seen));
    }

    /** From now on the content of the cell and of its copies is not judged again: it follows from what was reported. */
    void taint(Cell cell) {
        tainted.add(cell.lineage());
    }

    List<Violation> violations() {
        return violations;
    }

    Map<String, Integer> passed() {
        return passed;
    }

    static String text(PageKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
