// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import org.pinfuzz.generators.model.Region;

/**
 * Where regions lie in the memory of a program of syzkaller: 16 MiB that its executor maps before the first call, written
 * as if they started at 0x7f0000000000.
 */
final class SyzMemory {
    static final long PAGE_BYTES = 0x1000;
    static final long START = 0x7f0000000000L;
    /** Eight regions share the memory; the distance keeps them huge-page aligned and apart. */
    static final long SLOT_BYTES = 0x200000;
    /** From the first page of a slot to the end of the longest range that starts in it. */
    static final long REACH_BYTES = 2 * Region.MAX_PAGES * PAGE_BYTES;
    /** Arguments that calls point at lie in what the last region leaves of its slot. */
    static final long ARGUMENTS = START + 7 * SLOT_BYTES + REACH_BYTES;

    private SyzMemory() {}

    /** Where the slot of a region starts. */
    static long slot(int region) {
        return START + region * SLOT_BYTES;
    }
}
