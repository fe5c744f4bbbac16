/* SPDX-License-Identifier: GPL-2.0 */
/* What moves, merges and splits pages, and what takes them out of use. */
#include <linux/fs.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>
#include <linux/time.h>

#include "agent.h"

#define MEMORY		"/sys/devices/system/memory/"
#define KSM		"/sys/kernel/mm/ksm/"
#define SPLIT		"/sys/kernel/debug/split_huge_pages"
/* Where NUMA balancing's knobs are from 5.13 on, and where they were. */
#define NUMA_KNOBS	"/sys/kernel/debug/sched/numa_balancing/"
#define OLD_NUMA_KNOBS	"/proc/sys/kernel/numa_balancing_"

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif

#define PFN_MASK	((1ull << 55) - 1)
/* Offlining tries again for as long as nobody interrupts it. */
#define OFFLINE_LIMIT_US	300000
/* What else is busy with memory blocks or short of memory then may need a while. */
#define ONLINE_TRIES		100
#define ONLINE_PAUSE_US		5000
/* What the console shows (kernel.printk): below errors included, or below warnings as the command line has it. */
#define SYSLOG_CONSOLE_LEVEL	8
#define ERRORS_ONLY		4
#define WARNINGS_TOO		5
/* The first scan notes what pages hold, the second one merges what stayed so. */
#define KSM_SCANS		3
#define KSM_LIMIT_US		120000
#define KSM_STEP_US		2000
#define NUMA_LIMIT_NS		300000000ull
#define NUMA_LOOK_NS		4000000ull
/* Each takes a frame away from the guest until it is restored. */
#define MOST_SOFT_OFFLINED	64

static u64 hexadecimal(const char *text)
{
	u64 value = 0;

	for (;; text++) {
		if (*text >= '0' && *text <= '9')
			value = value << 4 | (u64)(*text - '0');
		else if (*text >= 'a' && *text <= 'f')
			value = value << 4 | (u64)(*text - 'a' + 10);
		else
			return value;
	}
}

static void put_hexadecimal(char *to, u64 number, const char *after)
{
	int shift;

	for (shift = 60; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[number >> shift & 15];
	while ((*to++ = *after++))
		;
}

static long number_in(const char *path)
{
	char text[32];

	return read_file(path, text, sizeof(text)) > 0 ? number_after(text, "") : -1;
}

static void detect_blocks(void)
{
	char text[32];

	if (read_file(MEMORY "block_size_bytes", text, sizeof(text)) <= 0)
		return;
	ARENA->block_pages = hexadecimal(text) / PAGE_BYTES;
	if (ARENA->block_pages)
		ARENA->facilities |= PFW_FACILITY_MEMORY_OFFLINE;
}

static void hurry_numa_balancing(void)
{
	int old = write_file(NUMA_KNOBS "scan_delay_ms", "1") < 0;

	if (ARENA->nodes < 2 || (old && write_file(OLD_NUMA_KNOBS "scan_delay_ms", "1") < 0))
		return;
	write_file(old ? OLD_NUMA_KNOBS "scan_period_min_ms" : NUMA_KNOBS "scan_period_min_ms", "1");
	write_file(old ? OLD_NUMA_KNOBS "scan_period_max_ms" : NUMA_KNOBS "scan_period_max_ms", "2");
	/* the less is scanned at a time, the sooner it may be done again (task_scan_min, kernel/sched/fair.c) */
	write_file(old ? OLD_NUMA_KNOBS "scan_size_mb" : NUMA_KNOBS "scan_size_mb", "16");
	ARENA->facilities |= PFW_FACILITY_NUMA_BALANCING;
}

void migration_detect(void)
{
	long page = sys_mmap(0, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	detect_blocks();
	hurry_numa_balancing();
	/* files that a kernel does not have are no loss */
	write_file(KSM "pages_to_scan", "4000");
	write_file(KSM "sleep_millisecs", "1");
	write_file(KSM "smart_scan", "0");
	/* 5.10 splits all that there is, and knows no range */
	if (write_file(SPLIT, "1,0x0,0x1000") > 0)
		ARENA->facilities |= PFW_FACILITY_SPLIT;
	/* of no pages at all only the advice itself is looked at */
	if (page >= 0 && !sys_call3(madvise, page, 0, MADV_SOFT_OFFLINE))
		ARENA->facilities |= PFW_FACILITY_SOFT_OFFLINE;
	if (page >= 0)
		sys_call3(munmap, page, PAGE_BYTES, 0);
}

/* The facts of the frame that a page of the task is in; answers whether it is in one. */
static int frame_of(const struct call *call, u32 region, u32 index, struct pfz_page *page)
{
	u64 entries[PFW_MAX_REGION_PAGES];

	touched(call, region, index, 1);
	zero(page, sizeof(*page));
	if (region_entries(call->task, region, entries) < 0 || !(entries[index] >> 63))
		return 0;
	page->pfn = entries[index] & PFN_MASK;
	return page_facts(page, 1) == 1;
}

s64 op_migrate_pages(struct call *call)
{
	const struct args_migrate_pages *args = call->args;
	unsigned long to = 1ul << args->node, from = 1ul << !args->node;

	if (!(ARENA->facilities & PFW_FACILITY_NUMA))
		return unsupported(call);
	return sys_call(migrate_pages, 0, 64, &from, &to, 0, 0);
}

static void alarm_every(u32 us)
{
	struct __kernel_old_itimerval every = { { 0, us }, { 0, us } };

	sys_call3(setitimer, 0 /* ITIMER_REAL */, &every, NULL);
}

static void node_hugepages(char *path, u32 node)
{
	static const char text[] = "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages";

	__builtin_memcpy(path, text, sizeof(text));
	path[29] = (char)('0' + node);
}

/* Free huge pages of the pool that lay in the block are gone with it: the pool gets as many again. */
static void refill_pool(u32 node, long had)
{
	char path[80], number[24];

	node_hugepages(path, node);
	if (had <= 0 || number_in(path) == had)
		return;
	put_number(number, (u64)had, "");
	write_file(path, number);
}

/*
 * Pages that do not migrate are dumped into the log, which a serial line is slow to
 * take. What the console then misses of warnings it is told afterwards.
 */
static void quiet_console(void)
{
	if (ARENA->kmsg >= 0)
		sys_call3(lseek, ARENA->kmsg, 0, SEEK_END);
	sys_call3(syslog, SYSLOG_CONSOLE_LEVEL, NULL, ERRORS_ONLY);
}

static void loud_console(void)
{
	char record[1024];
	char *text;
	long got;

	sys_call3(syslog, SYSLOG_CONSOLE_LEVEL, NULL, WARNINGS_TOO);
	while (ARENA->kmsg >= 0 && ((got = sys_read(ARENA->kmsg, record, sizeof(record) - 1)) > 0 || got == -EPIPE)) {
		record[got > 0 ? got : 0] = 0;
		text = find_text(record, "WARNING: ");
		if (text)
			write_file("/dev/kmsg", text);
	}
}

static int is_offline(const char *state)
{
	char text[32];

	return read_file(state, text, sizeof(text)) > 0 && find_text(text, "offline") == text;
}

/*
 * Only blocks of ZONE_MOVABLE: of others the kernel promises nothing, and what comes
 * back at the edge of a zone may come back in another one.
 */
s64 op_memory_offline(struct call *call)
{
	const struct args_memory_offline *args = call->args;
	char path[80] = MEMORY "memory", pool[80];
	struct pfz_page page;
	long had, ret;
	u64 block;
	u32 i;

	if (!(ARENA->facilities & PFW_FACILITY_MEMORY_OFFLINE))
		return unsupported(call);
	if (!frame_of(call, args->region, args->first, &page))
		return -ENOENT;
	if (page.zone != PFZ_ZONE_MOVABLE)
		return -EINVAL;
	block = page.pfn / ARENA->block_pages;
	call->result->values[0] = block * ARENA->block_pages;
	call->result->values[1] = ARENA->block_pages;
	call->result->head.values = 2;
	put_number(path + sizeof(MEMORY "memory") - 1, block, "/state");
	node_hugepages(pool, page.node);
	had = number_in(pool);
	quiet_console();
	alarm_every(OFFLINE_LIMIT_US);
	ret = write_file(path, "offline");
	alarm_every(0);
	loud_console();
	for (i = 0; i < ONLINE_TRIES && is_offline(path); i++) {
		if (write_file(path, "online_movable") < 0)
			sleep_us(ONLINE_PAUSE_US);
	}
	refill_pool(page.node, had);
	if (is_offline(path))
		return -EIO;
	return zero_or_error(ret);
}

s64 op_contig_allocate(struct call *call)
{
	const struct args_contig_allocate *args = call->args;
	struct pfz_contig request = { 0 };
	struct pfz_page page;

	if (ARENA->module < 0)
		return unsupported(call);
	if (!frame_of(call, args->region, args->first, &page))
		return -ENOENT;
	call->result->values[0] = page.pfn;
	call->result->values[1] = 1;
	call->result->head.values = 2;
	request.pfn = page.pfn;
	return sys_ioctl(ARENA->module, PFZ_IOC_CONTIG, &request);
}

s64 op_ksm_merge(struct call *call)
{
	long before = number_in(KSM "full_scans"), scans;
	u32 waited = 0;

	if (!(ARENA->facilities & PFW_FACILITY_KSM))
		return unsupported(call);
	write_file(KSM "run", "1");
	do {
		sleep_us(KSM_STEP_US);
		waited += KSM_STEP_US;
		scans = number_in(KSM "full_scans") - before;
	} while (scans < KSM_SCANS && waited < KSM_LIMIT_US);
	write_file(KSM "run", "0");
	return scans < KSM_SCANS ? -EAGAIN : 0;
}

/* Its values are the frames of the region's pages before, and the orders of their folios. */
static void orders(struct call *call, u32 region)
{
	u64 entries[PFW_MAX_REGION_PAGES];
	u32 i;

	call->result->head.values = PFW_MAX_REGION_PAGES;
	if (region_entries(call->task, region, entries) < 0)
		return;
	for (i = 0; i < PFW_MAX_REGION_PAGES; i++) {
		struct pfz_page page = { .pfn = entries[i] & PFN_MASK };

		if (entries[i] >> 63 && page_facts(&page, 1) == 1)
			call->result->values[i] = page.pfn << 8 | page.order;
	}
}

s64 op_split(struct call *call)
{
	const struct args_split *args = call->args;
	u64 start = SLOT_BASE + args->region * SLOT_BYTES;
	char text[64];
	char *at = text;

	if (!(ARENA->facilities & PFW_FACILITY_SPLIT))
		return unsupported(call);
	touched(call, args->region, 0, PFW_MAX_REGION_PAGES);
	orders(call, args->region);
	put_number(at, (u32)PROGRAM->tasks[call->task].pid, ",0x");
	at += string_length(at);
	put_hexadecimal(at, start, ",0x");
	at += string_length(at);
	put_hexadecimal(at, start + HUGE_BYTES, "");
	return zero_or_error(write_file(SPLIT, text));
}

static long vmstat(const char *key)
{
	return read_file("/proc/vmstat", ARENA->text, TEXT_BYTES) > 0 ? number_after(ARENA->text, key) : 0;
}

/* Whether a page of a range is on another node than the task: those at home are passed over (change_pte_range, mm/mprotect.c). */
static int something_is_far(const struct call *call)
{
	const struct args_range *args = call->args;
	u64 entries[PFW_MAX_REGION_PAGES];
	u32 node = 0, i;

	sys_call3(getcpu, NULL, &node, NULL);
	if (region_entries(call->task, args->region, entries) < 0)
		return 0;
	for (i = args->first; i < args->first + args->pages && i < PFW_MAX_REGION_PAGES; i++) {
		struct pfz_page page = { .pfn = entries[i] & PFN_MASK };

		if (entries[i] >> 63 && page_facts(&page, 1) == 1 && page.node != node)
			return 1;
	}
	return 0;
}

/* Waits until the task's memory was scanned, or for so long that it will not be. */
static void await_scan(void)
{
	u64 start = now_ns(), look = start;
	long updates = vmstat("numa_pte_updates ");

	for (;;) {
		u64 now = now_ns();

		if (now - start > NUMA_LIMIT_NS)
			return;
		if (now - look < NUMA_LOOK_NS)
			continue;
		look = now;
		if (vmstat("numa_pte_updates ") != updates)
			return;
	}
}

/*
 * The task's memory is scanned when a tick of the clock meets the task at work. Answers how
 * many hinting faults the reads took.
 */
s64 op_numa_fault(struct call *call)
{
	const struct args_range *args = call->args;
	u64 at = range_start(call);
	int far;
	long faults;
	u32 i;

	if (!(ARENA->facilities & PFW_FACILITY_NUMA_BALANCING))
		return unsupported(call);
	far = something_is_far(call);
	if (far) {
		write_file("/proc/sys/kernel/numa_balancing", "1");
		await_scan();
	}
	faults = vmstat("numa_hint_faults ");
	for (i = 0; i < args->pages; i++) {
		if (load_word((const u64 *)(at + i * stride(args->region)), &call->result->values[i]))
			call->result->head.fault_mask |= 1u << i;
	}
	call->result->head.values = (u8)args->pages;
	faults = vmstat("numa_hint_faults ") - faults;
	if (far)
		write_file("/proc/sys/kernel/numa_balancing", "0");
	return faults;
}

/* A page of the pool would take the whole huge page away. */
s64 op_soft_offline(struct call *call)
{
	const struct args_soft_offline *args = call->args;

	if (!(ARENA->facilities & PFW_FACILITY_SOFT_OFFLINE))
		return unsupported(call);
	touched(call, args->region, args->first, 1);
	if (PROGRAM->huge[args->region] || ARENA->soft_offlined >= MOST_SOFT_OFFLINED)
		return -EOPNOTSUPP;
	ARENA->soft_offlined++;
	return sys_call3(madvise, slot_address(args->region, args->first), PAGE_BYTES, MADV_SOFT_OFFLINE);
}
