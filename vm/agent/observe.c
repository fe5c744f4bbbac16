/* SPDX-License-Identifier: GPL-2.0 */
/* What can be seen without faulting anything in: page tables, page facts, counters. */
#include <linux/fcntl.h>
#include <linux/kernel-page-flags.h>

#include "agent.h"

#define PFN_MASK ((1ull << 55) - 1)
/* The module's pins end with their descriptors; only io_uring lets one wait. */
#define PROGRAM_SETTLE_US 5000
#define PROGRAM_SETTLE_LATE_US 200000
#define BATCH_SETTLE_US 3000000
#define SETTLE_STEP_US 1000
#define HUGE_POOL "/sys/kernel/mm/hugepages/hugepages-2048kB/"

static long entries_from_proc(struct task_state *self, u32 region, u64 entries[PFW_MAX_REGION_PAGES])
{
	size_t bytes = PFW_MAX_REGION_PAGES * sizeof(u64);
	u32 i;

	if (self->pagemap < 0)
		self->pagemap = (int)sys_open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (self->pagemap < 0)
		return self->pagemap;
	if (!PROGRAM->huge[region])
		return sys_pread(self->pagemap, entries, bytes, slot_address(region, 0) / PAGE_BYTES * 8) ==
			       (long)bytes ? 0 : -EIO;
	for (i = 0; i < PFW_MAX_REGION_PAGES; i++) {
		if (sys_pread(self->pagemap, &entries[i], 8, slot_address(region, i) / PAGE_BYTES * 8) != 8)
			return -EIO;
	}
	return 0;
}

long region_entries(u32 task, u32 region, u64 entries[PFW_MAX_REGION_PAGES])
{
	struct task_state *self = &PROGRAM->tasks[task];
	struct pfz_mappings mappings = {
		.addr = slot_address(region, 0),
		.pages = PFW_MAX_REGION_PAGES,
		.pid = self->pid,
		.stride = stride(region),
	};
	long ret;

	if (ARENA->module < 0)
		return entries_from_proc(self, region, entries);
	ret = sys_ioctl(ARENA->module, PFZ_IOC_MAPPINGS, &mappings);
	if (!ret)
		__builtin_memcpy(entries, mappings.entries, PFW_MAX_REGION_PAGES * sizeof(u64));
	return ret;
}

static u64 read_word_at(int fd, u64 index)
{
	u64 word = 0;

	if (sys_pread(fd, &word, sizeof(word), index * 8) != sizeof(word))
		return 0;
	return word;
}

/* Without the module: what /proc tells of a frame. Counts that it does not tell are -1. */
static void facts_from_proc(struct pfz_page *page)
{
	u64 flags = read_word_at(ARENA->kpageflags, page->pfn);
	u32 i;

	page->flags = PFZ_PAGE_VALID;
	page->refs = -1;
	page->pins = -1;
	page->maps = (s32)read_word_at(ARENA->kpagecount, page->pfn);
	page->zone = PFZ_ZONE_UNKNOWN;
	page->migratetype = PFZ_MT_UNKNOWN;
	if (flags & 1ull << KPF_ANON)
		page->flags |= PFZ_PAGE_ANON;
	/* KPF_KSM is set for every anonymous page by some kernels (6.12), so nobody can tell */
	if (flags & 1ull << KPF_THP)
		page->flags |= PFZ_PAGE_HUGE;
	if (flags & 1ull << KPF_HUGE)
		page->flags |= PFZ_PAGE_HUGETLB;
	if (flags & 1ull << KPF_ZERO_PAGE)
		page->flags |= PFZ_PAGE_ZERO;
	if (flags & 1ull << KPF_SWAPCACHE)
		page->flags |= PFZ_PAGE_SWAPCACHE;
	if (flags & 1ull << KPF_HWPOISON)
		page->flags |= PFZ_PAGE_POISONED;
	if (page->maps > 1)
		page->flags |= PFZ_PAGE_SHARED;
	for (i = 0; i < ARENA->zone_count; i++) {
		if (page->pfn >= ARENA->zones[i].start && page->pfn < ARENA->zones[i].end) {
			page->zone = ARENA->zones[i].zone;
			page->node = ARENA->zones[i].node;
		}
	}
}

u32 page_facts(struct pfz_page *pages, u32 count)
{
	u32 i;

	if (!count)
		return 0;
	if (ARENA->module >= 0) {
		struct pfz_query query = { .pages = (u64)pages, .count = count };

		return sys_ioctl(ARENA->module, PFZ_IOC_QUERY, &query) < 0 ? 0 : count;
	}
	for (i = 0; i < count; i++)
		facts_from_proc(&pages[i]);
	return count;
}

static u32 add_frame(struct pfz_page *pages, u32 count, u64 pfn)
{
	u32 i;

	if (!pfn || count == MAX_STEP_PAGES)
		return count;
	for (i = 0; i < count; i++) {
		if (pages[i].pfn == pfn)
			return count;
	}
	pages[count] = (struct pfz_page){ .pfn = pfn };
	return count + 1;
}

static u32 add_pinned_frames(struct pfz_page *pages, u32 count)
{
	u32 i, page;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		const struct pin_state *pin = &PROGRAM->pins[i];

		for (page = 0; pin->live && page < pin->pages; page++) {
			if (!(pin->part_given_back & 1u << page))
				count = add_frame(pages, count, pin->pfns[page]);
		}
	}
	return count;
}

/* Bit i of the answer: page i of the region is where a live pin of that memory has a page. */
static u32 pinned_in(u32 memory, u32 region)
{
	u32 mask = 0, i, page;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		const struct pin_state *pin = &PROGRAM->pins[i];

		for (page = 0; pin->live && pin->memory == memory && page < pin->pages; page++) {
			if (pin->at_region[page] == region)
				mask |= 1u << pin->at_page[page];
		}
	}
	return mask;
}

static u32 add_mappings(u32 task, u32 region, u32 mask, struct wire_mapping *mappings, u32 count)
{
	u64 entries[PFW_MAX_REGION_PAGES];
	u32 page;

	if (!mask || region_entries(task, region, entries) < 0)
		return count;
	for (page = 0; page < PFW_MAX_REGION_PAGES && count < MAX_STEP_MAPPINGS; page++) {
		if (mask & (1u << page))
			mappings[count++] = (struct wire_mapping){
				.task = (u8)task, .region = (u8)region, .page = (u8)page, .entry = entries[page],
			};
	}
	return count;
}

u32 observe_own_pins(u32 task, u32 memory, struct wire_mapping *mappings)
{
	u32 region, count = 0;

	for (region = 0; region < PROGRAM->regions; region++)
		count = add_mappings(task, region, pinned_in(memory, region), mappings, count);
	return count;
}

static u32 range_mask(u32 of_region, u32 region, u32 first, u32 pages)
{
	return of_region == region ? ((1u << pages) - 1) << first : 0;
}

/* Whether a task is the first alive that has its memory. */
static int stands_for_memory(u32 task)
{
	u32 i;

	for (i = 0; i < task; i++) {
		if (PROGRAM->tasks[i].alive && PROGRAM->tasks[i].memory == PROGRAM->tasks[task].memory)
			return 0;
	}
	return PROGRAM->tasks[task].alive;
}

u32 observe_step(u32 task, const struct step_result *result, struct wire_mapping *mappings, u32 *count,
		 struct pfz_page *pages)
{
	u32 memory = PROGRAM->tasks[task].memory;
	u32 region, frames = 0, i;

	for (region = 0; region < PROGRAM->regions; region++) {
		u32 mask = pinned_in(memory, region) |
			   range_mask(result->region, region, result->first, result->pages) |
			   range_mask(result->also_region, region, result->also_first, result->also_pages);

		*count = add_mappings(task, region, mask, mappings, *count);
	}
	/* what another memory has pinned may not move either; only the module can look */
	for (i = 0; ARENA->module >= 0 && i < PFW_MAX_TASKS; i++) {
		u32 other = PROGRAM->tasks[i].memory;

		if (other == memory || !stands_for_memory(i))
			continue;
		for (region = 0; region < PROGRAM->regions; region++)
			*count = add_mappings(i, region, pinned_in(other, region), mappings, *count);
	}
	for (i = 0; i < *count; i++) {
		if (mappings[i].entry >> 63)
			frames = add_frame(pages, frames, mappings[i].entry & PFN_MASK);
	}
	frames = add_pinned_frames(pages, frames);
	return page_facts(pages, frames);
}

u32 observe_pinned_pages(struct pfz_page *pages)
{
	return page_facts(pages, add_pinned_frames(pages, 0));
}

static void counters_from_proc(struct pfz_counters *counters)
{
	/* makes the kernel add its per-cpu remainders up */
	write_file("/proc/sys/vm/stat_refresh", "1");
	zero(counters, sizeof(*counters));
	if (read_file("/proc/vmstat", ARENA->text, TEXT_BYTES) <= 0)
		return;
	counters->foll_pin_acquired = (u64)number_after(ARENA->text, "nr_foll_pin_acquired");
	counters->foll_pin_released = (u64)number_after(ARENA->text, "nr_foll_pin_released");
	counters->anon_mapped_pages = (u64)number_after(ARENA->text, "nr_anon_pages");
	counters->shmem_pages = (u64)number_after(ARENA->text, "nr_shmem ");
}

static void read_counters(struct pfz_counters *counters)
{
	if (ARENA->module < 0 || sys_ioctl(ARENA->module, PFZ_IOC_COUNTERS, counters) < 0)
		counters_from_proc(counters);
}

static s32 count_mounts(void)
{
	s32 mounts = 0;
	char *at;

	if (read_file("/proc/self/mounts", ARENA->text, TEXT_BYTES) < 0)
		return 0;
	for (at = ARENA->text; *at; at++)
		mounts += *at == '\n';
	return mounts;
}

/* Pages of the pool of huge pages that nobody has and nobody has a right to. */
static s64 free_huge_pages(void)
{
	static const char *const files[] = { HUGE_POOL "free_hugepages", HUGE_POOL "resv_hugepages" };
	s64 counts[2] = { 0, 0 };
	char text[32];
	u32 i;

	for (i = 0; i < 2; i++) {
		if (read_file(files[i], text, sizeof(text)) > 0)
			counts[i] = number_after(text, "");
	}
	return counts[0] - counts[1];
}

static int had_huge_pages(void)
{
	u32 i;

	for (i = 0; i < PFW_MAX_REGIONS; i++) {
		if (PROGRAM->huge[i])
			return 1;
	}
	return 0;
}

void observe_baseline(void)
{
	read_counters(&ARENA->base);
	ARENA->base_mounts = count_mounts();
	ARENA->base_huge_pages = free_huge_pages();
	ARENA->late_pages = 0;
	ARENA->unreaped = 0;
	ARENA->soft_offlined = 0;
}

static s32 difference(u64 now, u64 before)
{
	return (s32)(now - before);
}

static void compare_with_base(struct leftovers *left)
{
	struct pfz_counters now;

	read_counters(&now);
	left->pins = difference(now.foll_pin_acquired, ARENA->base.foll_pin_acquired) -
		     difference(now.foll_pin_released, ARENA->base.foll_pin_released);
	left->pin_descriptors = difference(now.pin_descriptors, ARENA->base.pin_descriptors);
	left->anon_pages = difference(now.anon_mapped_pages, ARENA->base.anon_mapped_pages);
	left->shmem_pages = difference(now.shmem_pages, ARENA->base.shmem_pages);
	left->processes = (s32)ARENA->unreaped;
}

static s32 count_pinned_frames(void)
{
	struct pfz_page *pages = PROGRAM->end_page;
	u32 i, count = 0;
	s32 pinned = 0;

	for (i = 0; i < PROGRAM->pfns; i++)
		count = add_frame(pages, count, PROGRAM->pfn[i]);
	count = page_facts(pages, count);
	for (i = 0; i < count; i++)
		pinned += (pages[i].flags & (PFZ_PAGE_MAYBE_PINNED | PFZ_PAGE_ZERO)) == PFZ_PAGE_MAYBE_PINNED;
	return pinned;
}

/*
 * io_uring releases the buffers of a closed ring from a work queue. Waiting for it after
 * each program would cost more than the program: the pages are carried along as late
 * until the counters agree again, and the end of the batch waits for all.
 */
void observe_program_left(struct leftovers *left)
{
	u32 limit, waited = 0;

	ARENA->late_pages += PROGRAM->uring_pages;
	limit = ARENA->late_pages ? PROGRAM_SETTLE_LATE_US : PROGRAM_SETTLE_US;
	for (;;) {
		compare_with_base(left);
		left->huge_pages = had_huge_pages() ? (s32)(ARENA->base_huge_pages - free_huge_pages()) : 0;
		left->late_pins = (s32)ARENA->late_pages;
		if (left->pins >= 0 && left->pins <= left->late_pins && !left->pin_descriptors &&
		    !left->huge_pages)
			break;
		if (waited >= limit)
			break;
		sleep_us(SETTLE_STEP_US);
		waited += SETTLE_STEP_US;
	}
	/* pages of memory are counted at the end of the batch: the kernel frees some late */
	left->anon_pages = 0;
	left->shmem_pages = 0;
	if (!left->pins)
		ARENA->late_pages = 0;
	left->late_pins = (s32)ARENA->late_pages;
	if (left->pins > 0 && !ARENA->late_pages)
		left->pinned_frames = count_pinned_frames();
	/* what this program is told to have left must not be told of the next one as well */
	if (left->huge_pages)
		ARENA->base_huge_pages = free_huge_pages();
	if (left->pins < 0 || left->pins > left->late_pins || left->pin_descriptors) {
		read_counters(&ARENA->base);
		ARENA->late_pages = 0;
	}
}

void observe_batch_left(struct leftovers *left)
{
	u32 waited = 0;

	for (;;) {
		compare_with_base(left);
		if (!left->pins && !left->pin_descriptors && left->anon_pages <= 0 && left->shmem_pages <= 0)
			break;
		if (waited >= BATCH_SETTLE_US)
			break;
		sleep_us(SETTLE_STEP_US);
		waited += SETTLE_STEP_US;
	}
	left->mounts = count_mounts() - ARENA->base_mounts;
}
