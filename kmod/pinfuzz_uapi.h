/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Interface of pinfuzz.ko: what the agent asks of /dev/pinfuzz.
 *
 * All flag bits are pinfuzz's own: the kernel's FOLL_ values differ from version
 * to version and never cross this interface. Numbers are built with the _IO
 * macros, because the VFS answers small bare numbers itself.
 */
#ifndef PINFUZZ_UAPI_H
#define PINFUZZ_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define PFZ_ABI_VERSION		4

/* Most pages of one pin, most descriptors of pins, most pages of one query. */
#define PFZ_MAX_PIN_PAGES	64
#define PFZ_MAX_PINS		1024
#define PFZ_MAX_QUERY_PAGES	256
#define PFZ_MAX_STRIDE		(1u << 30)

#define PFZ_PIN_WRITE		(1u << 0)	/* the device may write */
#define PFZ_PIN_LONGTERM	(1u << 1)	/* held for as long as user space likes */
#define PFZ_PIN_FAST		(1u << 2)	/* lockless walk first (pin_user_pages_fast) */
#define PFZ_PIN_EACH		(1u << 3)	/* one call for each page */
#define PFZ_PIN_ALL		(PFZ_PIN_WRITE | PFZ_PIN_LONGTERM | PFZ_PIN_FAST | PFZ_PIN_EACH)

/*
 * On /dev/pinfuzz: pin pages of the caller's memory, or of another process's
 * (pin_user_pages_remote, which has no fast path). Answers 0 and a new
 * close-on-exec descriptor that owns the pin; pinned may be fewer than pages
 * (what the kernel pinned stays pinned). With a stride above a page, pages that
 * far apart are pinned by a call each. Errors: -EINVAL for flags, sizes,
 * unaligned or wrapping addresses; -ESRCH for a process that is gone; -ENOSPC
 * for too many pins; otherwise what the kernel's pin function answered, with
 * nothing left pinned.
 */
struct pfz_pin {
	__u64 addr;
	__u32 pages;
	__u32 flags;
	__u32 stride;			/* bytes from page to page, a multiple of PAGE_SIZE */
	__s32 pid;			/* 0: the caller */
	__u32 pinned;			/* out */
	__s32 fd;			/* out */
	__u64 pfns[PFZ_MAX_PIN_PAGES];	/* out, the first `pinned` are set */
};

/*
 * On /dev/pinfuzz: pages of a file by its descriptor, from the page `first` on,
 * stride as above. PFZ_IOC_PIN_FILE pins them for long (memfd_pin_folios, from
 * 6.11; -EOPNOTSUPP before). PFZ_IOC_HOLD looks them up in the page cache and
 * keeps plain references; it stops at the first that is not there, -ENOENT if
 * that is the first of all. The descriptor is one of a pin; one that holds pages
 * of a file system with a disk takes no writes.
 */
struct pfz_file_pages {
	__s32 file;
	__u32 pages;
	__u64 first;
	__u32 stride;
	__u32 pinned;			/* out */
	__s32 fd;			/* out */
	__u32 reserved;			/* zero */
	__u64 pfns[PFZ_MAX_PIN_PAGES];	/* out, the first `pinned` are set */
};

/*
 * On a pin's descriptor: give the pages [first, first + pages) back; those that
 * were given back before are passed over. -EINVAL outside the pin, -ENOENT
 * after PFZ_IOC_UNPIN.
 */
struct pfz_part {
	__u32 first;
	__u32 pages;
};

/*
 * On a pin's descriptor: what a device does. One 64-bit value at the start of
 * each of the pages [first, first + pages). A write through a pin without
 * PFZ_PIN_WRITE is -EACCES; pages outside the pin are -EINVAL; after PFZ_UNPIN
 * all are -ENOENT. Pages that were given back read as zero and take no writes.
 */
struct pfz_device {
	__u32 first;
	__u32 pages;
	__u64 values[PFZ_MAX_PIN_PAGES];
};

enum pfz_zone {
	PFZ_ZONE_DMA = 0,
	PFZ_ZONE_DMA32 = 1,
	PFZ_ZONE_NORMAL = 2,
	PFZ_ZONE_MOVABLE = 3,
	PFZ_ZONE_DEVICE = 4,
	PFZ_ZONE_UNKNOWN = 255,
};

enum pfz_migratetype {
	PFZ_MT_UNMOVABLE = 0,
	PFZ_MT_MOVABLE = 1,
	PFZ_MT_RECLAIMABLE = 2,
	PFZ_MT_HIGHATOMIC = 3,
	PFZ_MT_CMA = 4,
	PFZ_MT_ISOLATE = 5,
	PFZ_MT_UNKNOWN = 255,
};

#define PFZ_PAGE_VALID		(1u << 0)	/* a page of memory; otherwise nothing else is set */
#define PFZ_PAGE_ANON		(1u << 1)
#define PFZ_PAGE_EXCLUSIVE	(1u << 2)	/* PageAnonExclusive, kernels from 5.19 */
#define PFZ_PAGE_SHARED		(1u << 3)	/* mapped more than once */
#define PFZ_PAGE_KSM		(1u << 4)
#define PFZ_PAGE_HUGE		(1u << 5)	/* part of a larger folio, not hugetlb */
#define PFZ_PAGE_HUGETLB	(1u << 6)
#define PFZ_PAGE_MAYBE_PINNED	(1u << 7)	/* what the kernel itself would think */
#define PFZ_PAGE_ZERO		(1u << 8)	/* the zero page */
#define PFZ_PAGE_MLOCKED	(1u << 9)
#define PFZ_PAGE_SWAPCACHE	(1u << 10)
#define PFZ_PAGE_POISONED	(1u << 11)	/* taken out of use (PG_hwpoison) */
#define PFZ_PAGE_DEVICE		(1u << 12)	/* memory of a device, which the CPU cannot reach */

/* Facts of one page frame; reading them faults nothing in and takes no reference. */
struct pfz_page {
	__u64 pfn;			/* in */
	__u32 flags;			/* PFZ_PAGE_* */
	__s32 refs;			/* page_ref_count of the folio */
	__s32 pins;			/* small folio: refs / 1024; large: its pin count */
	__s32 maps;			/* how many page tables map it */
	__u8 zone;			/* enum pfz_zone */
	__u8 migratetype;		/* enum pfz_migratetype, of the pageblock */
	__u8 node;
	__u8 order;			/* of the folio: its pages are aligned to 1 << order */
	__u8 reserved[4];
};					/* 32 bytes */

/* On /dev/pinfuzz: facts of `count` frames at `pages`. */
struct pfz_query {
	__u64 pages;			/* user address of struct pfz_page[count] */
	__u32 count;
	__u32 reserved;			/* zero */
};

/*
 * On /dev/pinfuzz: what a process's page table holds for `pages` addresses that
 * are `stride` bytes apart, in the bits of /proc/PID/pagemap: 63 present, 62
 * swapped or being migrated, 61 page cache or shared memory, 57 write-protected
 * by userfaultfd, 58 a guard, and the frame's number. Three bits are its own: 60
 * writable, 59 in a device's memory, 56 (with 62) in memory and for a device alone. It faults nothing in. Opening pagemap costs a short-lived process more than its fork.
 * Errors: -EINVAL for sizes and addresses, -ESRCH for a process that is gone.
 */
struct pfz_mappings {
	__u64 addr;
	__u32 pages;			/* at most PFZ_MAX_PIN_PAGES */
	__s32 pid;			/* 0: the caller */
	__u64 stride;			/* a multiple of PAGE_SIZE, at most PFZ_MAX_STRIDE */
	__u64 entries[PFZ_MAX_PIN_PAGES];	/* out, the first `pages` are set */
};

/*
 * On /dev/pinfuzz: allocates one frame as who needs contiguous memory does
 * (alloc_contig_range), which moves what is in it, and frees it at once. Only
 * in pageblocks of movable memory and of CMA, whose neighbours are such, too.
 * Errors: -EINVAL elsewhere, -EOPNOTSUPP where the kernel has no such allocation,
 * otherwise what it answered.
 */
struct pfz_contig {
	__u64 pfn;
	__u64 reserved;			/* zero */
};

/* On /dev/pinfuzz: exact counters, per-cpu remainders included. */
struct pfz_counters {
	__u64 foll_pin_acquired;
	__u64 foll_pin_released;
	__u64 anon_mapped_pages;
	__u64 shmem_pages;
	__u32 pin_descriptors;		/* pins of this module that are open */
	__u32 pinned_pages;		/* pages that they hold */
};

/*
 * On /dev/pinfuzz: what a process's memory is charged with. Errors: -EINVAL for
 * a negative number, -ESRCH for a process that is gone.
 */
struct pfz_charges {
	__s32 pid;			/* 0: the caller */
	__u32 reserved;
	__u64 pinned_vm;		/* out: pages, VmPin of /proc/PID/status */
	__u64 locked_vm;		/* out: pages, VmLck */
};

struct pfz_version {
	__u32 abi;			/* PFZ_ABI_VERSION */
	__u32 canary;			/* enum pfz_canary, as loaded */
};

/* Planted faults (module parameter canary=), to test whoever judges. */
enum pfz_canary {
	PFZ_CANARY_NONE = 0,
	PFZ_CANARY_FORGOTTEN_PIN = 1,	/* ending a pin leaves its first page pinned */
	PFZ_CANARY_STRAY_WRITE = 2,	/* device writes land in a page of the module's own */
	PFZ_CANARY_LYING_ZONE = 3,	/* pinned pages are said to lie in ZONE_MOVABLE */
	PFZ_CANARY_WARN = 4,		/* device writes and unpins warn, through one check of the kernel */
	PFZ_CANARY_BUG = 5,		/* device writes stop the kernel */
	PFZ_CANARY_HANG = 6,		/* device writes never come back */
	PFZ_CANARY_KASAN = 7,		/* device writes are reported as KASAN would */
};

#define PFZ_IOC_VERSION		_IOR('Z', 0x40, struct pfz_version)
#define PFZ_IOC_PIN		_IOWR('Z', 0x41, struct pfz_pin)
#define PFZ_IOC_QUERY		_IOW('Z', 0x42, struct pfz_query)
#define PFZ_IOC_COUNTERS	_IOR('Z', 0x43, struct pfz_counters)
#define PFZ_IOC_MAPPINGS	_IOWR('Z', 0x44, struct pfz_mappings)
#define PFZ_IOC_CHARGES		_IOWR('Z', 0x45, struct pfz_charges)
#define PFZ_IOC_PIN_FILE	_IOWR('Z', 0x46, struct pfz_file_pages)
#define PFZ_IOC_HOLD		_IOWR('Z', 0x47, struct pfz_file_pages)
#define PFZ_IOC_CONTIG		_IOW('Z', 0x48, struct pfz_contig)
#define PFZ_IOC_UNPIN		_IO('Z', 0x50)
#define PFZ_IOC_DEVICE_READ	_IOWR('Z', 0x51, struct pfz_device)
#define PFZ_IOC_DEVICE_WRITE	_IOW('Z', 0x52, struct pfz_device)
#define PFZ_IOC_UNPIN_PART	_IOW('Z', 0x53, struct pfz_part)

#endif /* PINFUZZ_UAPI_H */
