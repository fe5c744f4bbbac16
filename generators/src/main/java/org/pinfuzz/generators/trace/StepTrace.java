// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What the guest saw of one step.
 *
 * @param status how it ended
 * @param result what the system call answered: zero or more, or a negated errno
 * @param faultMask for accesses: bit i is set where page i of the range could not be accessed; and
 *     {@link #ALLOCATION_FAILED}
 * @param values values read, one a page; for pins the frames that were pinned, one a page
 * @param mappings page table entries of the touched pages and of the task's pinned ranges, after the step
 * @param pages facts of those frames and of all pinned frames, after the step
 * @param accounts the kernel's log and accounts, for steps that are watched by them
 * @param startUs when it started, microseconds from the program's start
 * @param endUs when it ended
 */
public record StepTrace(
        StepStatus status,
        long result,
        int faultMask,
        List<Long> values,
        List<MappingFact> mappings,
        List<PageFact> pages,
        Optional<Accounts> accounts,
        long startUs,
        long endUs) {
    /** The bit of the fault mask that says that one of the step's allocations was made to fail. */
    public static final int ALLOCATION_FAILED = 1 << 16;

    public StepTrace {
        requireNonNull(status, "status is null");
        requireNonNull(accounts, "accounts is null");
        values = List.copyOf(values);
        mappings = List.copyOf(mappings);
        pages = List.copyOf(pages);
    }

    /** A step that is not watched by the kernel's accounts. */
    public StepTrace(
            StepStatus status,
            long result,
            int faultMask,
            List<Long> values,
            List<MappingFact> mappings,
            List<PageFact> pages,
            long startUs,
            long endUs) {
        this(status, result, faultMask, values, mappings, pages, Optional.empty(), startUs, endUs);
    }

    public static StepTrace withoutFacts(StepStatus status, long result) {
        return new StepTrace(status, result, 0, List.of(), List.of(), List.of(), 0, 0);
    }

    public boolean done() {
        return status == StepStatus.DONE;
    }

    public boolean faulted(int page) {
        return (faultMask & (1 << page)) != 0;
    }

    /** Whether one of the step's allocations was made to fail. */
    public boolean allocationFailed() {
        return (faultMask & ALLOCATION_FAILED) != 0;
    }

    public Optional<PageFact> page(long pfn) {
        return pages.stream().filter(fact -> fact.pfn() == pfn).findFirst();
    }

    /** The result as a kernel developer writes it: {@code 0}, {@code -EFAULT}. */
    public String resultText() {
        return Errno.text(result);
    }
}
