// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Takes the memory block in which a page lies offline and brings it back. Only blocks of ZONE_MOVABLE, -EINVAL for others.
 * Offlining moves what is in the block and tries again until it is done or interrupted: a timer does that, and what cannot
 * move ends in -EINTR. The values are the block's first frame and how many it has.
 */
final class MemoryOffline extends PageOperation {
    MemoryOffline() {
        super("memory_offline", 101);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MEMORY_OFFLINE);
    }

    /** Whole blocks of memory are emptied; one that cannot be takes a third of a second. */
    @Override
    public int weight() {
        return 1;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return refusals(Errno.EINVAL, Errno.ENOENT).judge(observed);
    }
}
