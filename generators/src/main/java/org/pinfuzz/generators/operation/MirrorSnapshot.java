// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Page;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.MappingFact;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * What the device would get of a range without a fault: nothing that the page table does not have at that moment
 * (HMM_DMIRROR_SNAPSHOT, lib/test_hmm_uapi.h).
 */
final class MirrorSnapshot extends MirrorOperation {
    private static final int ERROR = 0xff;
    private static final int WRITABLE = 0x02;
    /** Two bits: in this device's memory, or with the next in that of another. */
    private static final int IN_DEVICE = 0x20;

    MirrorSnapshot() {
        super("mirror_snapshot", 86);
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        List<String> broken = new ArrayList<>();
        for (int number : indices(step).toArray()) {
            int offset = number - first(step);
            Optional<Page> page = page(model, step, number);
            Optional<Integer> seen = value(observed, offset).map(Long::intValue);
            if (refused(observed, offset, false) || seen.isEmpty()) {
                continue;
            }
            boolean readable = page.filter(at -> at.protection().readable()).isPresent();
            check(number, seen.get(), readable, fact(observed, step, number)).ifPresent(broken::add);
        }
        return new Expectation(
                broken.isEmpty(),
                broken.isEmpty() ? "what the page table has" : String.join(", ", broken),
                List.of(),
                AnswerRule.MIRROR);
    }

    private static Optional<String> check(int number, int seen, boolean readable, Optional<MappingFact> fact) {
        String which = "page " + number + " is ";
        if (!readable) {
            return seen == ERROR || seen == 0 ? Optional.empty() : Optional.of(which + "not to be had");
        }
        if (seen == ERROR || fact.isEmpty()) {
            return seen == ERROR ? Optional.of(which + "to be had") : Optional.empty();
        }
        // A device may know less than the page table has; the next fault tells it.
        boolean nothing = !fact.get().present() && !fact.get().inDevice();
        if (nothing && seen != 0) {
            return Optional.of(which + "not there");
        }
        if ((seen & IN_DEVICE) != 0 && !fact.get().inDevice()) {
            return Optional.of(which + "not in the device's memory");
        }
        if (fact.get().present() && (seen & WRITABLE) != 0 && !fact.get().writable()) {
            return Optional.of(which + "not to be written without a fault");
        }
        return Optional.empty();
    }
}
