/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that mirrors a memory and has memory of its own: the kernel's test of HMM
 * (lib/test_hmm.c). One descriptor for each memory, kept until the program is over: the
 * device's pages refer to the descriptor by which they came there.
 */
#include <linux/fcntl.h>

#include "agent.h"

#define MIRROR			"/dev/hmm_dmirror0"

/* Interface of the kernel's test from 6.1 on (lib/test_hmm_uapi.h). */
struct mirror_request {
	u64 addr;
	u64 buffer;
	u64 pages;
	u64 copied;
	u64 faults;
};

#define MIRROR_READ		_IOWR('H', 0, struct mirror_request)
#define MIRROR_WRITE		_IOWR('H', 1, struct mirror_request)
#define MIRROR_TO_DEVICE	_IOWR('H', 2, struct mirror_request)
#define MIRROR_TO_SYSTEM	_IOWR('H', 3, struct mirror_request)
#define MIRROR_SNAPSHOT		_IOWR('H', 4, struct mirror_request)
#define MIRROR_EXCLUSIVE	_IOWR('H', 5, struct mirror_request)
#define MIRROR_RELEASE		_IOWR('H', 7, struct mirror_request)

#define IN_DEVICE		(1ull << 59)

void mirror_detect(void)
{
	if (ARENA->keep[0] >= 0 && ARENA->module >= 0 && !sys_call3(access, MIRROR, 0, 0))
		ARENA->facilities |= PFW_FACILITY_HMM;
}

/* The mirror of the task's memory, which is opened where it is first wanted; the caller closes it. */
static long mirror_of(const struct call *call)
{
	u8 *number = &PROGRAM->mirror[PROGRAM->tasks[call->task].memory];
	long fd, ret;

	if (*number)
		return kept(*number - 1u);
	fd = sys_open(MIRROR, O_RDWR | O_CLOEXEC);
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

/* The mirror for a step on a range, or a negative number where the step is over already. */
static long open_for(struct call *call)
{
	const struct args_range *range = call->args;
	long fd;

	range_start(call);
	if (call->bare || !(ARENA->facilities & PFW_FACILITY_HMM)) {
		unsupported(call);
		return -1;
	}
	if (PROGRAM->huge[range->region]) {
		skipped(call);
		return -1;
	}
	fd = mirror_of(call);
	if (fd < 0)
		call->result->head.result = fd;
	return fd;
}

static long ask(int fd, unsigned int command, u64 at)
{
	struct mirror_request request = { .addr = at, .buffer = (u64)ARENA->pages, .pages = 1 };

	return sys_ioctl(fd, command, &request);
}

static u64 first_word(void)
{
	return *(const u64 *)ARENA->pages;
}

/* A page of the step's range as the page table has it. */
static u64 entry_of(const struct call *call, u32 page)
{
	const struct args_range *range = call->args;
	u64 entries[PFW_MAX_REGION_PAGES];

	if (range->first + page >= PFW_MAX_REGION_PAGES || region_entries(call->task, range->region, entries))
		return 0;
	return entries[range->first + page];
}

static int in_device(const struct call *call, u32 page)
{
	u64 entry = entry_of(call, page);

	return !(entry >> 63) && entry & IN_DEVICE;
}

static struct pfz_page facts_of(const struct call *call, u32 page)
{
	u64 entry = entry_of(call, page);
	struct pfz_page facts = { .pfn = entry >> 63 ? entry & ((1ull << 55) - 1) : 0 };

	if (facts.pfn && !page_facts(&facts, 1))
		facts.pfn = 0;
	return facts;
}

/* Pins of any page; references of an anonymous one: a file system has its own of a page that is written. */
static int took_references(const struct pfz_page *before, const struct pfz_page *after)
{
	if (!before->pfn || before->pfn != after->pfn || after->flags & PFZ_PAGE_ZERO)
		return 0;
	return after->pins > before->pins || (after->flags & PFZ_PAGE_ANON && after->refs > before->refs);
}

static void refused(struct call *call, u32 page, long ret, s64 *all)
{
	call->result->head.fault_mask |= 1u << page;
	*all = ret;
}

/*
 * The test's device finds a page of its own memory only as long as nothing has touched the mapping since the page came
 * there: it would take the page for one of the system's, which the kernel cannot even address. So a page that is there
 * goes back first, and over again. Answers 0, or an error where it stays.
 */
static long go_back(const struct call *call, int fd, u64 at, u32 page)
{
	ask(fd, MIRROR_TO_SYSTEM, at);
	return in_device(call, page) ? -EBUSY : 0;
}

/* A step answers how many pages had more references afterwards, or an error that a page got. */
s64 op_mirror_read(struct call *call)
{
	const struct args_mirror_read *args = call->args;
	u64 start = slot_address(args->region, args->first);
	long fd = open_for(call);
	s64 all = 0;
	u32 i;

	if (fd < 0)
		return call->result->head.result;
	for (i = 0; i < args->pages; i++) {
		u64 at = start + i * PAGE_BYTES;
		struct pfz_page before, after;
		long ret = 0;

		if (in_device(call, i)) {
			ret = go_back(call, (int)fd, at, i);
			if (!ret)
				ask((int)fd, MIRROR_TO_DEVICE, at);
		}
		before = facts_of(call, i);
		if (!ret)
			ret = ask((int)fd, MIRROR_READ, at);
		if (ret) {
			refused(call, i, ret, &all);
			continue;
		}
		call->result->values[i] = first_word();
		after = facts_of(call, i);
		if (all >= 0)
			all += took_references(&before, &after);
	}
	sys_close((int)fd);
	call->result->head.values = (u8)args->pages;
	return all;
}

static long write_page(const struct call *call, int fd, u64 at, u32 page)
{
	zero(ARENA->pages, PAGE_BYTES);
	*(u64 *)ARENA->pages = token(call, page);
	return ask(fd, MIRROR_WRITE, at);
}

/* What was in the device's memory is written in the system's, where it is made writable, and then in the device's. */
s64 op_mirror_write(struct call *call)
{
	const struct args_mirror_write *args = call->args;
	u64 start = slot_address(args->region, args->first);
	long fd = open_for(call);
	s64 all = 0;
	u32 i;

	if (fd < 0)
		return call->result->head.result;
	for (i = 0; i < args->pages; i++) {
		u64 at = start + i * PAGE_BYTES;
		int was_there = in_device(call, i);
		struct pfz_page before, after;
		long ret = was_there ? go_back(call, (int)fd, at, i) : 0;

		before = facts_of(call, i);
		if (!ret)
			ret = write_page(call, (int)fd, at, i);
		after = facts_of(call, i);
		if (!ret && was_there) {
			ask((int)fd, MIRROR_TO_DEVICE, at);
			ret = write_page(call, (int)fd, at, i);
		}
		if (ret)
			refused(call, i, ret, &all);
		else if (all >= 0)
			all += took_references(&before, &after);
	}
	sys_close((int)fd);
	return all;
}

s64 op_mirror_snapshot(struct call *call)
{
	const struct args_mirror_snapshot *args = call->args;
	u64 start = slot_address(args->region, args->first);
	long fd = open_for(call);
	s64 all = 0;
	u32 i;

	if (fd < 0)
		return call->result->head.result;
	for (i = 0; i < args->pages; i++) {
		struct pfz_page before = facts_of(call, i), after;
		long ret = ask((int)fd, MIRROR_SNAPSHOT, start + i * PAGE_BYTES);

		if (ret) {
			refused(call, i, ret, &all);
			continue;
		}
		call->result->values[i] = ARENA->pages[0];
		after = facts_of(call, i);
		if (all >= 0)
			all += took_references(&before, &after);
	}
	sys_close((int)fd);
	call->result->head.values = (u8)args->pages;
	return all;
}

/* One call a page; a page that is refused has its answer in the place of a value. */
static s64 each_page(struct call *call, unsigned int command)
{
	const struct args_range *range = call->args;
	u64 start = slot_address(range->region, range->first);
	long fd = open_for(call);
	s64 all = 0;
	u32 i;

	if (fd < 0)
		return call->result->head.result;
	for (i = 0; i < range->pages; i++) {
		long ret = ask((int)fd, command, start + i * PAGE_BYTES);

		call->result->values[i] = ret ? (u64)ret : first_word();
		if (ret)
			refused(call, i, ret, &all);
	}
	sys_close((int)fd);
	call->result->head.values = (u8)range->pages;
	return all;
}

s64 op_mirror_exclusive(struct call *call)
{
	return each_page(call, MIRROR_EXCLUSIVE);
}

s64 op_migrate_to_device(struct call *call)
{
	return each_page(call, MIRROR_TO_DEVICE);
}

s64 op_migrate_to_system(struct call *call)
{
	return each_page(call, MIRROR_TO_SYSTEM);
}

/* The whole device gives all of its memory back, whoever has pages there. */
s64 op_mirror_release(struct call *call)
{
	const struct args_mirror_release *args = call->args;
	long fd = open_for(call);
	long ret;

	if (fd < 0)
		return call->result->head.result;
	ret = ask((int)fd, MIRROR_RELEASE, slot_address(args->region, args->first));
	sys_close((int)fd);
	return ret;
}
