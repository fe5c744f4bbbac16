// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

/** Huge pages go back to their pool. */
final class HugePool extends Invariant {
    HugePool() {
        super(
                "HUGETLB",
                "When a program is gone, as many huge pages of the pool are free and not reserved as before it.",
                new KernelVersion(5, 0),
                "restore_reserve_on_error and hugetlb_unreserve_pages, mm/hugetlb.c; Documentation/mm/hugetlbfs_reserv.rst");
    }

    @Override
    protected boolean needsNoModel() {
        return true;
    }

    @Override
    protected void atEnd(Moment moment, Report report) {
        if (moment.leftovers().hugePages() != 0) {
            report.violation(
                    this,
                    moment,
                    "no page of the pool is missing",
                    moment.leftovers().describe());
        } else if (moment.model().hadHugetlb()) {
            report.pass(this);
        }
    }
}
