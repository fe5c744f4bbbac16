// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

/** Error numbers of Linux on x86-64 that the system calls under test answer (include/uapi/asm-generic/errno*.h). */
public enum Errno {
    EPERM(1),
    ENOENT(2),
    EINTR(4),
    EIO(5),
    EBADF(9),
    EAGAIN(11),
    ENOMEM(12),
    EACCES(13),
    EFAULT(14),
    EBUSY(16),
    EEXIST(17),
    ENODEV(19),
    EINVAL(22),
    ENOTTY(25),
    ENOSPC(28),
    EOVERFLOW(75),
    EOPNOTSUPP(95);

    private final int number;

    Errno(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The value that a system call answers for this error. */
    public long negated() {
        return -number;
    }

    public static String text(long result) {
        for (Errno errno : values()) {
            if (result == -errno.number) {
                return "-" + errno.name();
            }
        }
        return Long.toString(result);
    }
}
