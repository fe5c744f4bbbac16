// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

/** Something that a guest has or lacks; operations that need what is lacking are not drawn. The bit of HELLO is the ordinal. */
public enum Facility {
    /** pinfuzz.ko is loaded. */
    MODULE,
    /** io_uring with fixed buffers. */
    IO_URING,
    /** More than one NUMA node. */
    NUMA,
    /** Memory can be compacted on demand. */
    COMPACTION,
    /** Descriptors of mempinfd, by the system call or by the module's device. */
    MEMPINFD,
    /** The system call mempinfd; where it is there, descriptors come from it. */
    MEMPINFD_CALL
}
