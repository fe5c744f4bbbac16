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
    MEMPINFD_CALL,
    /** Huge pages for whom asks (MADV_HUGEPAGE). */
    THP,
    /** Free huge pages in the pool. */
    HUGETLB,
    /** A file system with a disk of memory behind it. */
    EXT4,
    /** MADV_COLLAPSE. */
    COLLAPSE,
    /** MADV_POPULATE_READ and MADV_POPULATE_WRITE. */
    POPULATE,
    /** MADV_GUARD_INSTALL. */
    GUARD,
    /** KSM can be started and stopped. */
    KSM,
    /** Memory files can be pinned by their descriptor (memfd_pin_folios). */
    MEMFD_PIN,
    /** The kernel's own test of pins, with long-term pins of its own. */
    GUP_TEST,
    /** userfaultfd with UFFD_FEATURE_SIGBUS and write protection. */
    USERFAULTFD,
    /** UFFDIO_MOVE. */
    UFFD_MOVE,
    /** Blocks of memory can be taken offline. */
    MEMORY_OFFLINE,
    /** Huge pages can be split on demand. */
    SPLIT,
    /** NUMA balancing can be switched on, and told to hurry. */
    NUMA_BALANCING,
    /** MADV_SOFT_OFFLINE. */
    SOFT_OFFLINE,
    /** Memory of a control group can be limited. */
    MEMORY_LIMIT,
    /** Allocations can be made to fail. */
    FAIL_NTH,
    /** The kernel's own test device of HMM, with memory of its own. */
    HMM
}
