// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

/** A bug planted in the simulated kernel: one protection of real kernels is missing. */
public enum Plant {
    /** A long-term pin leaves its pages in ZONE_MOVABLE (kernels before 5.13). */
    LONG_TERM_PIN_STAYS_MOVABLE,
    /** A pinned page loses its exclusive mark when mprotect changes its rights: the next write copies (before 5.19). */
    COW_AFTER_MPROTECT,
    /** A read-only pin takes an anonymous page that other tasks share (before 5.19). */
    READ_PIN_DOES_NOT_UNSHARE,
    /** A long-term read-only pin of a page that nobody wrote takes the zero page (before 6.2). */
    READ_PIN_OF_ZERO_DOES_NOT_UNSHARE,
    /** A long-term read-only pin of a private file page takes the page cache's page (before 6.2). */
    READ_PIN_OF_FILE_DOES_NOT_UNSHARE,
    /** Fork shares pinned pages for copy on write, as all others (before 5.9). */
    FORK_SHARES_PINNED,
    /** Pages that leave ZONE_MOVABLE for a long-term pin go to a CMA area. */
    LONG_TERM_PIN_GOES_TO_CMA,
    /** Reclaim swaps pinned pages out (before 5.11). */
    SWAPPED_OUT_WHILE_PINNED,
    /** Migration moves a mapping away from the frame that is pinned. */
    MIGRATION_IGNORES_PINS,
    /** A pin that gets fewer pages than it asked for leaves a reference behind. */
    PIN_LEAKS_ON_SHORT_COUNT,
    /** The last unmap frees a page although it is pinned. */
    FREED_WHILE_PINNED,
    /** Fork copies a pinned page for the child only when the child first touches it. */
    CHILD_SEES_DEVICE_WRITE,
    /** A write pin does not look at the mapping's rights. */
    PIN_IGNORES_PROTECTION,
    /** mempinfd forgets the pages of a pin that comes out short. */
    MEMPINFD_LEAKS_SHORT_PIN,
    /** mempinfd answers how many pages a short pin got. */
    MEMPINFD_ANSWERS_COUNT,
    /** mempinfd says that a request was done whose addresses wrap. */
    MEMPINFD_SERVES_NOTHING,
    /** mempinfd charges nobody with what it pins, and asks no limit. */
    MEMPINFD_FORGETS_CHARGE,
    /** mempinfd undoes a pin for whoever names its address. */
    MEMPINFD_UNPINS_FOR_ANYBODY,
    /** mempinfd writes a line into the log for each pin that fails. */
    MEMPINFD_WRITES_LOG,
    /** mempinfd tells another error for a range that is there already. */
    MEMPINFD_TELLS_BUSY,
    /** mempinfd pins for writing through mappings that may not be written. */
    MEMPINFD_FORCES
}
