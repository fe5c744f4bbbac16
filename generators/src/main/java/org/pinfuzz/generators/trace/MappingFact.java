// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

/**
 * What one task's page table held for one page of a region: the entry of {@code /proc/self/pagemap}
 * (Documentation/admin-guide/mm/pagemap.rst).
 */
public record MappingFact(int task, int region, int page, long entry) {
    private static final long PFN_MASK = (1L << 55) - 1;

    public boolean present() {
        return entry < 0;
    }

    public boolean swapped() {
        return (entry & (1L << 62)) != 0;
    }

    public boolean fileOrShared() {
        return (entry & (1L << 61)) != 0;
    }

    /** The frame's number, 0 where nothing is present. */
    public long pfn() {
        return present() ? entry & PFN_MASK : 0;
    }
}
