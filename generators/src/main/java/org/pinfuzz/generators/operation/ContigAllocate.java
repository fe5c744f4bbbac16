// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.program.Step;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/**
 * Allocates the frame of a page as contiguous memory is allocated (alloc_contig_range, what CMA does) and frees it again:
 * what is in it moves. Only in movable and CMA pageblocks, -EINVAL for others. The values are the frame and 1.
 */
final class ContigAllocate extends PageOperation {
    ContigAllocate() {
        super("contig_allocate", 102);
    }

    @Override
    public Set<Facility> needs() {
        return Set.of(Facility.MODULE);
    }

    @Override
    public int weight() {
        return 16;
    }

    @Override
    public Expectation apply(Model model, int index, Step step, Optional<StepTrace> observed) {
        return refusals(Errno.EINVAL, Errno.ENOENT, Errno.EOPNOTSUPP).judge(observed);
    }
}
