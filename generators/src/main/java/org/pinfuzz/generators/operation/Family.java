// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

/** What operations belong to. The core is always at hand; the others come into a slice of a campaign whole, or not. */
public enum Family {
    /** Tasks, plain mappings, accesses, pins and what devices do through them. */
    CORE,
    /** Files, and pins and holds that need no mapping. */
    FILES,
    /** Huge pages, from the pool or not. */
    HUGE,
    /** What the kernel is advised about memory, and memory that stays in. */
    ADVICE,
    /** Mappings that move. */
    MREMAP,
    /** Pages that become one, and cease to be. */
    MERGE,
    /** Whatever moves pages or takes them away. */
    MIGRATION,
    /** userfaultfd. */
    USERFAULTFD,
    /** A device that mirrors a memory. */
    MIRROR,
    /** Pins by descriptor. */
    MEMPINFD,
    /** What one task does in another's memory, and in a shared one. */
    OTHERS,
    /** Too little memory. */
    PRESSURE
}
