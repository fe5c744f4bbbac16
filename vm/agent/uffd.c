/* SPDX-License-Identifier: GPL-2.0 */
/*
 * userfaultfd: one for each memory, with UFFD_FEATURE_SIGBUS, so that nobody ever waits
 * for an answer: an access to what is missing or protected is a fault like any other.
 */
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/userfaultfd.h>

#include "agent.h"

/* What the headers of an older system do not know (include/uapi/linux/userfaultfd.h). */
#define FEATURE_WP_HUGETLBFS_SHMEM	(1ull << 12)
#define FEATURE_WP_UNPOPULATED		(1ull << 13)
#define FEATURE_MOVE			(1ull << 16)
#define IOC_MOVE			_IOWR(UFFDIO, 0x05, struct move)

#define NEEDED (UFFD_FEATURE_SIGBUS | UFFD_FEATURE_PAGEFAULT_FLAG_WP)
#define WANTED (NEEDED | UFFD_FEATURE_MISSING_SHMEM | FEATURE_WP_HUGETLBFS_SHMEM | FEATURE_WP_UNPOPULATED | \
		FEATURE_MOVE)

struct move {
	u64 to;
	u64 from;
	u64 bytes;
	u64 mode;
	s64 moved;
};

static long open_with(u64 features, u64 *known)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	long fd = sys_call3(userfaultfd, O_CLOEXEC | O_NONBLOCK, 0, 0);
	long ret;

	if (fd < 0)
		return fd;
	ret = sys_ioctl((int)fd, UFFDIO_API, &api);
	if (ret) {
		sys_close((int)fd);
		return ret;
	}
	*known = api.features;
	return fd;
}

void uffd_detect(void)
{
	u64 known = 0;
	long fd = open_with(0, &known);

	if (fd < 0)
		return;
	sys_close((int)fd);
	if (ARENA->keep[0] < 0 || (known & NEEDED) != NEEDED)
		return;
	ARENA->uffd_features = known & WANTED;
	ARENA->facilities |= PFW_FACILITY_USERFAULTFD;
	if (known & FEATURE_MOVE)
		ARENA->facilities |= PFW_FACILITY_UFFD_MOVE;
}

/* The userfaultfd of the task's memory, which is opened where it is first wanted; the caller closes it. */
static long uffd_of(const struct call *call)
{
	u8 *number = &PROGRAM->uffd[PROGRAM->tasks[call->task].memory];
	u64 known = 0;
	long fd, ret;

	if (*number)
		return kept(*number - 1u);
	fd = open_with(ARENA->uffd_features, &known);
	if (fd < 0)
		return fd;
	ret = keep((int)fd);
	if (ret < 0) {
		sys_close((int)fd);
		return ret;
	}
	*number = (u8)(ret + 1);
	return fd;
}

static int usable(struct call *call, u32 region, u32 facility)
{
	if (call->bare || !(ARENA->facilities & facility)) {
		unsupported(call);
		return 0;
	}
	if (PROGRAM->huge[region]) {
		skipped(call);
		return 0;
	}
	return 1;
}

static long add(int fd, u64 start, u64 bytes, u64 mode)
{
	struct uffdio_register request = { .range = { start, bytes }, .mode = mode };

	return sys_ioctl(fd, UFFDIO_REGISTER, &request);
}

s64 op_uffd_register(struct call *call)
{
	const struct args_uffd_register *args = call->args;
	u64 start = range_start(call);
	long fd, ret;

	if (!usable(call, args->region, PFW_FACILITY_USERFAULTFD))
		return 0;
	fd = uffd_of(call);
	if (fd < 0)
		return fd;
	ret = add((int)fd, start, range_bytes(call),
		  args->mode == PFW_UFFD_REGISTER_MODE_WP ? UFFDIO_REGISTER_MODE_WP : UFFDIO_REGISTER_MODE_MISSING);
	sys_close((int)fd);
	return ret;
}

/* The answer for one page; a step answers 0, or the last error that a page got. */
static s64 answered(struct call *call, u32 page, long ret, s64 before)
{
	call->result->values[page] = (u64)ret;
	return ret ? ret : before;
}

/* One call a page, so that each page's answer is known. */
s64 op_uffd_protect(struct call *call)
{
	const struct args_uffd_protect *args = call->args;
	u64 start = range_start(call);
	s64 all = 0;
	long fd;
	u32 i;

	if (!usable(call, args->region, PFW_FACILITY_USERFAULTFD))
		return 0;
	fd = uffd_of(call);
	if (fd < 0)
		return fd;
	for (i = 0; i < args->pages; i++) {
		struct uffdio_writeprotect request = {
			.range = { start + i * PAGE_BYTES, PAGE_BYTES },
			.mode = args->state == PFW_UFFD_PROTECT_STATE_ON ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
		};

		all = answered(call, i, sys_ioctl((int)fd, UFFDIO_WRITEPROTECT, &request), all);
	}
	sys_close((int)fd);
	call->result->head.values = (u8)args->pages;
	return all;
}

static long fill_page(const struct call *call, int fd, u64 at, u32 page, u32 kind)
{
	if (kind == PFW_UFFD_FILL_KIND_COPY) {
		struct uffdio_copy request = { .dst = at, .src = (u64)ARENA->pages, .len = PAGE_BYTES };

		*(u64 *)ARENA->pages = token(call, page);
		return sys_ioctl(fd, UFFDIO_COPY, &request);
	} else {
		struct uffdio_zeropage request = { .range = { at, PAGE_BYTES } };

		return sys_ioctl(fd, UFFDIO_ZEROPAGE, &request);
	}
}

s64 op_uffd_fill(struct call *call)
{
	const struct args_uffd_fill *args = call->args;
	u64 start = range_start(call);
	s64 all = 0;
	long fd;
	u32 i;

	if (!usable(call, args->region, PFW_FACILITY_USERFAULTFD))
		return 0;
	fd = uffd_of(call);
	if (fd < 0)
		return fd;
	zero(ARENA->pages, PAGE_BYTES);
	for (i = 0; i < args->pages; i++)
		all = answered(call, i, fill_page(call, (int)fd, start + i * PAGE_BYTES, i, args->kind), all);
	sys_close((int)fd);
	call->result->head.values = (u8)args->pages;
	return all;
}

/* Fresh memory where what is missing is the userfaultfd's, and the pages of the range go there one by one. */
s64 op_uffd_move(struct call *call)
{
	const struct args_uffd_move *args = call->args;
	struct args_range from = { args->region, args->first, 1 };
	u64 start = slot_address(args->region, args->first);
	u64 to = slot_address(args->to, 0);
	long fd, ret;
	u32 i;

	if (!usable(call, args->region, PFW_FACILITY_UFFD_MOVE))
		return 0;
	touched(call, args->to, 0, args->pages);
	touched_also(call, args->region, args->first, args->pages);
	fd = uffd_of(call);
	if (fd < 0)
		return fd;
	ret = zero_or_error(sys_mmap(to, args->pages * PAGE_BYTES, PROT_READ | PROT_WRITE,
				     MAP_FIXED_NOREPLACE | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	if (!ret)
		ret = add((int)fd, to, args->pages * PAGE_BYTES, UFFDIO_REGISTER_MODE_MISSING);
	for (i = 0; !ret && i < args->pages; i++, from.first++) {
		struct move request = { .to = to + i * PAGE_BYTES, .from = start + i * PAGE_BYTES, .bytes = PAGE_BYTES };

		answered(call, i, sys_ioctl((int)fd, IOC_MOVE, &request), 0);
		if (!call->result->values[i])
			pins_moved(PROGRAM->tasks[call->task].memory, &from, args->to, i);
	}
	call->result->head.values = (u8)i;
	sys_close((int)fd);
	return ret;
}
