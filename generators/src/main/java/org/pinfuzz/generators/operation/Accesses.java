// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Certainty;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.trace.StepTrace;

/** Collects what accesses to the pages of a range did, against what the model says they may do. */
final class Accesses {
    private final Optional<StepTrace> observed;
    private final List<Mismatch> mismatches = new ArrayList<>();
    private final StringBuilder expected = new StringBuilder();
    private boolean allowed = true;
    private boolean brokeProtection;

    Accesses(Optional<StepTrace> observed) {
        this.observed = observed;
    }

    /**
     * Compares one page's fault with the model's; answers whether the access took place.
     *
     * @param mayRunOut whether the kernel may have nothing to put there: the pool of huge pages has an end
     */
    boolean check(int offset, boolean mayAccess, boolean mayRunOut) {
        boolean faulted = observed.map(trace -> trace.faulted(offset)).orElse(!mayAccess);
        expected.append(expected.isEmpty() ? "" : ", ").append(mayAccess ? "access" : "fault");
        if (faulted == mayAccess && !(faulted && mayRunOut)) {
            allowed = false;
        }
        return !faulted && mayAccess;
    }

    /** A store: what userfaultfd protects must not be written, whatever else is wrong. */
    boolean checkStore(int offset, Optional<Page> page, boolean mayAccess, boolean mayRunOut) {
        boolean stored = observed.filter(trace -> !trace.faulted(offset)).isPresent();
        brokeProtection |= stored
                && page.filter(there -> there.writeProtected() == Certainty.YES).isPresent();
        return check(
                offset,
                mayAccess,
                mayRunOut || page.filter(there -> there.mayFault(true)).isPresent());
    }

    void compare(int task, int region, int number, Page page, int offset) {
        observed.filter(trace -> offset < trace.values().size())
                .flatMap(trace -> Mismatch.ofTask(
                        task, region, number, page, trace.values().get(offset)))
                .ifPresent(mismatches::add);
    }

    Expectation judge() {
        return new Expectation(
                allowed, expected.toString(), mismatches, brokeProtection ? AnswerRule.UFFD : AnswerRule.CALL);
    }
}
