// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

/** The rule by which a call's answer is judged. */
public enum AnswerRule {
    /** What the call's manual page says. */
    CALL,
    /** userfaultfd: what it guards and what it fills. */
    UFFD,
    /** What may not be accessed cannot be pinned. */
    PERM,
    /** Long-term pins for writing stay away from files on disks. */
    LONGTERM_FILE,
    /** Populating makes pages present. */
    POPULATE,
    /** A device that mirrors a memory may do what the memory's owner may, and no more. */
    MIRROR,
    /** mempinfd: pins belong to the memory that made them. */
    MEMPIN_OWNER,
    /** mempinfd: a pin for writing needs memory that may be written. */
    MEMPIN_RIGHTS,
    /** mempinfd: an answer is 0 or an error. */
    MEMPIN_VALUE,
    /** mempinfd: 0 means that the whole request was done. */
    MEMPIN_WHOLE,
    /** mempinfd: no more is pinned than the task may lock. */
    MEMPIN_LIMIT,
    /** mempinfd: the error is the one that the state calls for. */
    MEMPIN_ERRNO
}
