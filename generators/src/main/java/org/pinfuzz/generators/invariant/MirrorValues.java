// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.Set;
import org.pinfuzz.generators.operation.AnswerRule;
import org.pinfuzz.generators.operation.Mismatch;

/** What a device that mirrors a memory reads, and what others read of what it wrote. One subclass for each way to be wrong. */
abstract class MirrorValues extends Invariant {
    private final MismatchCause cause;
    private final Set<String> operations;

    MirrorValues(
            String id,
            String statement,
            KernelVersion since,
            String source,
            MismatchCause cause,
            String... operations) {
        super(id, statement, since, source);
        this.cause = cause;
        this.operations = Set.of(operations);
    }

    @Override
    protected void afterStep(Moment moment, Report report) {
        check(moment, report);
        if (moment.mismatches().isEmpty() && operations.contains(moment.operation())) {
            report.pass(this);
        }
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        check(moment, report);
    }

    private void check(Moment moment, Report report) {
        for (Mismatch mismatch : moment.mismatches()) {
            boolean tainted = mismatch.expectedCell().map(moment::isTainted).orElse(false);
            if (MismatchCause.of(mismatch) == cause && !tainted) {
                report.violation(
                        this,
                        promisedFrom(),
                        moment,
                        "",
                        Report.text(mismatch.kind()),
                        mismatch.reader() + " reads " + mismatch.accepted(),
                        org.pinfuzz.generators.model.Tokens.text(mismatch.observed()));
                mismatch.expectedCell().ifPresent(report::taint);
            }
        }
    }

    /** Device and CPU see each other's stores. */
    static final class Coherent extends MirrorValues {
        Coherent() {
            super(
                    "MIRROR-COHERENT",
                    "A device that mirrors a memory reads what the CPU wrote, and the CPU what the device wrote.",
                    new KernelVersion(5, 14),
                    "hmm_range_fault, mm/hmm.c, with mmu_interval_read_retry, mm/mmu_notifier.c;"
                            + " Documentation/mm/hmm.rst, Address space mirroring implementation and API",
                    MismatchCause.MIRROR_NOT_COHERENT,
                    "mirror_read",
                    "mirror_exclusive");
        }
    }

    /** What was in the device's memory comes back as it was. */
    static final class Data extends MirrorValues {
        Data() {
            super(
                    "MIRROR-DATA",
                    "What a page holds survives its way into the memory of a device and back.",
                    new KernelVersion(5, 14),
                    "migrate_vma_setup, migrate_vma_pages and migrate_vma_finalize, mm/migrate_device.c; do_swap_page"
                            + " (migrate_to_ram), mm/memory.c; Documentation/mm/hmm.rst, Migration to and from device memory",
                    MismatchCause.TRAVELLED,
                    "migrate_to_device",
                    "migrate_to_system",
                    "mirror_release");
        }
    }

    /** No mapping of the device outlives the page table's. */
    static final class Invalidated extends MirrorValues {
        Invalidated() {
            super(
                    "MIRROR-INVALIDATED",
                    "When a mapping goes, or its rights do, the device that mirrors it can do no more than the task: after"
                            + " munmap, mprotect, fork, MADV_DONTNEED and migration it keeps nothing stale.",
                    new KernelVersion(5, 14),
                    "mmu_notifier_invalidate_range_start before each change of a page table, mm/mmu_notifier.c;"
                            + " hmm_vma_walk_test and hmm_vma_fault, mm/hmm.c",
                    MismatchCause.MIRROR_STALE,
                    "mirror_read");
        }

        @Override
        protected void afterStep(Moment moment, Report report) {
            super.afterStep(moment, report);
            moment.expectation()
                    .filter(expectation -> expectation.rule() == AnswerRule.MIRROR)
                    .ifPresent(expectation -> {
                        if (expectation.resultAllowed()) {
                            report.pass(this);
                        } else {
                            report.violation(this, moment, expectation.allowed(), moment.seenResult());
                        }
                    });
        }
    }
}
