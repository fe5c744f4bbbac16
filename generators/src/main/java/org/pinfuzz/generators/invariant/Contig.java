// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import org.pinfuzz.generators.operation.Operations;

/** Who needs contiguous memory gets no frame that is pinned. */
final class Contig extends TakenFrames {
    Contig() {
        super(
                "CONTIG",
                "An allocation of contiguous memory does not get a frame that is pinned, and does not move what is in it.",
                new KernelVersion(5, 6),
                "__alloc_contig_migrate_range and test_pages_isolated in alloc_contig_range, mm/page_alloc.c: -EBUSY where a"
                        + " page stays. Pageblocks may be isolated meanwhile, which is not judged as a place.");
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        check(moment, report, Operations.CONTIG_ALLOCATE, "the frame is refused");
    }
}
