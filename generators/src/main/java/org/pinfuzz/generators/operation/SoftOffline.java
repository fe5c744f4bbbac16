// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * MADV_SOFT_OFFLINE of a page: what it holds moves, and its frame is never used again. What is pinned cannot move and is
 * refused. Pages of the pool are left alone, and so is everything once a batch has lost many frames (-EOPNOTSUPP).
 */
final class SoftOffline extends PageOperation {
    SoftOffline() {
        super("soft_offline", 106);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.SOFT_OFFLINE);
    }

    @Override
    public int weight() {
        return 6;
    }

    /** It looks the page up as a read would: memory that nobody has touched is mapped by that. */
    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return refusals(Errno.EIO, Errno.EFAULT, Errno.EINVAL, Errno.EOPNOTSUPP).judge(observed);
    }
}
