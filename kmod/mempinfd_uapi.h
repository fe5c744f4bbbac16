/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Interface of mempinfd: a descriptor that holds user memory pinned. It comes
 * from the system call mempinfd(void), in kernels built with MEMPINFD, or from
 * open("/dev/mempinfd", O_RDWR | O_CLOEXEC), where pinfuzz.ko is loaded. Both have
 * the same ioctls. docs/man/mempinfd.2 says all of it; `rfc` and `strict` are
 * the editions, chosen by mempinfd= at boot (system call) or load (device).
 */
#ifndef MEMPINFD_UAPI_H
#define MEMPINFD_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * The next free number is another one in each kernel. A kernel that has the
 * system call tells its number (decimal) in this file; without the file there
 * is no such call. The constants are what the patches take.
 */
#define MEMPINFD_SYSCALL_FILE	"/proc/sys/vm/mempinfd_syscall"
#define MEMPINFD_NR_6_12	463
#define MEMPINFD_NR_7_2		472

#define MEMPINFD_DEVICE		"/dev/mempinfd"

/* Which edition it is, as one word and a newline: of the system call, of the device. */
#define MEMPINFD_SYSCALL_EDITION_FILE	"/sys/module/kernel/parameters/mempinfd"
#define MEMPINFD_DEVICE_EDITION_FILE	"/sys/module/pinfuzz/parameters/mempinfd"

/* strict: most ranges that one descriptor holds. */
#define MEMPINFD_MAX_RANGES	1024

/* The range is the cover of [addr, addr + size) in whole pages. */
struct mempinfd_range {
	__u64 addr;
	__u64 size;
};

/* strict: the device only reads; without it the pin is for writing. */
#define MEMPINFD_READ_ONLY	(1ULL << 0)

struct mempinfd_pin {
	__u64 addr;
	__u64 size;
	__u64 flags;			/* MEMPINFD_READ_ONLY */
};

/*
 * Pin. Answers 0 and the range is pinned for long, or an error and nothing is.
 *
 * strict, the first that holds:
 *   -EFAULT  the argument cannot be read
 *   -EINVAL  size is 0, addr + size is beyond 2^64 - 1, unknown flags
 *   -EFAULT  the range leaves the caller's address space
 *   -EPERM   RLIMIT_MEMLOCK is 0 and the caller lacks CAP_IPC_LOCK
 *   -ENOMEM  more pages than the machine has
 *   -EEXIST  this memory (mm) has a range with the same first page here
 *   -ENOSPC  the descriptor holds MEMPINFD_MAX_RANGES ranges
 *   -ENOMEM  VmPin would exceed RLIMIT_MEMLOCK without CAP_IPC_LOCK; no memory
 *            for the table
 *   or what the kernel says of the first page that it cannot pin: -EFAULT (not
 *   mapped, not writable, not to be pinned), -EINTR (fatal signal), -ENOMEM, ...
 *
 * rfc: -EINVAL for size 0, a wrap or no right to lock; -EBUSY when any range
 * with the same first page is there; a short pin is the ioctl's answer and leaks;
 * an address that overflows may answer 0. Always writes, also through read-only
 * mappings.
 */
#define MEMPINFD_IOC_PIN	_IOW('M', 0, struct mempinfd_range)

/*
 * Unpin a range that was pinned with the same first page and count of pages.
 *
 * strict: -EFAULT and -EINVAL as for the pin; -ENODEV when this memory (mm) has
 * no range with that first page, whoever else has; -EINVAL when it has another
 * size. Of two that race one gets 0, the other -ENODEV.
 *
 * rfc: -ENODEV, -EINVAL likewise, but nothing is checked first, and any process
 * unpins anybody's range.
 */
#define MEMPINFD_IOC_UNPIN	_IOW('M', 1, struct mempinfd_range)

/* strict: pin with flags. rfc does not know it (-EINVAL), as any other command; strict's is -ENOTTY. */
#define MEMPINFD_IOC_PIN_FLAGS	_IOW('M', 2, struct mempinfd_pin)

#endif /* MEMPINFD_UAPI_H */
