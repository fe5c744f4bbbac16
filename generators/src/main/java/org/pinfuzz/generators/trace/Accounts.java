// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the kernel's log and accounts say of one step. It is looked at only where an invariant asks for it.
 *
 * @param logRecords records that the kernel's log got while the step ran; -1 where nobody could look
 * @param firstRecord the first of these records, cut off; empty where there is none
 * @param pinsKnown whether the counters of pins tell something: io_uring's late releases would disturb them
 * @param pinsChange by how much more pages are pinned after the step than before, by these counters
 * @param pinnedVm for each task the pages that its memory is charged with ({@code VmPin}); -1 where unknown or not alive
 */
public record Accounts(int logRecords, String firstRecord, boolean pinsKnown, int pinsChange, List<Long> pinnedVm) {
    public Accounts {
        requireNonNull(firstRecord, "firstRecord is null");
        pinnedVm = List.copyOf(pinnedVm);
    }

    /** The pages that a task's memory is charged with, -1 where unknown. */
    public long pinnedVm(int task) {
        return task < pinnedVm.size() ? pinnedVm.get(task) : -1;
    }
}
