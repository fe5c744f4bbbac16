// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

/**
 * What one task's page table held for one page of a region: the entry of {@code /proc/self/pagemap}
 * (Documentation/admin-guide/mm/pagemap.rst), with bits of the module's own.
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

    /** Whether a store needs no fault; only the module tells. */
    public boolean writable() {
        return (entry & (1L << 60)) != 0;
    }

    /** Whether the page is in the memory of a device, which the CPU cannot reach; only the module tells. */
    public boolean inDevice() {
        return (entry & (1L << 59)) != 0;
    }

    /** Whether the page is in memory, and a device has it to itself until the CPU wants it; only the module tells. */
    public boolean exclusive() {
        return swapped() && (entry & (1L << 56)) != 0;
    }

    /** Whether userfaultfd protects the page from being written; from 5.14 on, or by the module. */
    public boolean writeProtected() {
        return (entry & (1L << 57)) != 0;
    }

    /** Whether the page table has something there: a page, or where to find it. */
    public boolean there() {
        return present() || swapped();
    }

    /** The frame's number, 0 where nothing is present. */
    public long pfn() {
        return present() ? entry & PFN_MASK : 0;
    }
}
