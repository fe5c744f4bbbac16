/* SPDX-License-Identifier: GPL-2.0 */
/* Mappings and files of all kinds, where they are moved, and what the kernel is advised about them. */
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/mman.h>

#include "agent.h"

/* Advice that the headers of an older system do not know (include/uapi/asm-generic/mman-common.h). */
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE		25
#endif

#define O_TMPFILE_RDWR		(020000000 | O_DIRECTORY | O_RDWR | O_CLOEXEC)
#define TMPFS			"/mnt/tmpfs"
#define EXT4			"/mnt/ext4"
#define THP			"/sys/kernel/mm/transparent_hugepage/"

static int takes_advice(u64 page, int advice)
{
	return sys_call3(madvise, page, PAGE_BYTES, advice) != -EINVAL;
}

/* A disk of memory with the file system that the image brought along. */
static int mount_ext4(void)
{
	long from = sys_open("/ext4.img", O_RDONLY | O_CLOEXEC);
	long to = sys_open("/dev/ram0", O_WRONLY | O_CLOEXEC);
	long got = from < 0 || to < 0 ? -EIO : 1;

	while (got > 0) {
		got = sys_read((int)from, ARENA->output, PAGE_BYTES);
		if (got > 0 && sys_write((int)to, ARENA->output, (size_t)got) != got)
			got = -EIO;
	}
	if (from >= 0)
		sys_close((int)from);
	if (to >= 0)
		sys_close((int)to);
	sys_call3(unlink, "/ext4.img", 0, 0);
	return !got && !sys_call(mount, "/dev/ram0", EXT4, "ext4", 0, 0, 0);
}

void mappings_detect(void)
{
	char text[32];
	u64 huge;
	long page = sys_mmap(0, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	sys_call3(mkdir, "/mnt", 0700, 0);
	sys_call3(mkdir, TMPFS, 0700, 0);
	sys_call3(mkdir, EXT4, 0700, 0);
	if (sys_call(mount, "tmpfs", TMPFS, "tmpfs", 0, 0, 0))
		refuse("the agent cannot mount tmpfs");
	if (mount_ext4())
		ARENA->facilities |= PFW_FACILITY_EXT4;
	if (write_file(THP "enabled", "madvise") > 0) {
		write_file(THP "shmem_enabled", "advise");
		/* a fault that cannot have a huge page at once is content with a small one */
		write_file(THP "defrag", "never");
		/* a page of zeroes as large as a huge page would be another exception at every turn */
		write_file(THP "use_zero_page", "0");
		/* where folios come in sizes: as large as what a program sees of a region */
		write_file(THP "hugepages-32kB/enabled", "madvise");
		ARENA->facilities |= PFW_FACILITY_THP;
	}
	if (read_file("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", text, sizeof(text)) > 0 &&
	    number_after(text, "") > 0)
		ARENA->facilities |= PFW_FACILITY_HUGETLB;
	if (page < 0)
		refuse("the agent cannot map a page");
	if (takes_advice((u64)page, MADV_POPULATE_READ))
		ARENA->facilities |= PFW_FACILITY_POPULATE;
	if (takes_advice((u64)page, MADV_GUARD_INSTALL))
		ARENA->facilities |= PFW_FACILITY_GUARD;
	if (read_file("/sys/kernel/mm/ksm/run", text, sizeof(text)) > 0)
		ARENA->facilities |= PFW_FACILITY_KSM;
	sys_call3(munmap, page, PAGE_BYTES, 0);
	/* one page of it is there, so that a kernel that knows the advice can take it */
	page = sys_mmap(0, 2 * HUGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page < 0)
		refuse("the agent cannot map a huge page's room");
	huge = ((u64)page + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	store_word((u64 *)huge, 1);
	if (sys_call3(madvise, huge, HUGE_BYTES, MADV_COLLAPSE) != -EINVAL)
		ARENA->facilities |= PFW_FACILITY_COLLAPSE;
	sys_call3(munmap, page, 2 * HUGE_BYTES, 0);
}

/* The file, if the task has its descriptor. */
struct file_state *usable_file(struct call *call, u32 number)
{
	struct file_state *file = &PROGRAM->files[number];

	if (file->exists && file->holders & (1u << call->task))
		return file;
	skipped(call);
	return NULL;
}

static s64 publish_file(struct call *call, u32 number, long fd, u64 bytes, int huge)
{
	struct file_state *file = &PROGRAM->files[number];
	long ret;

	if (fd < 0)
		return fd;
	ret = sys_call3(ftruncate, fd, bytes, 0);
	if (ret < 0) {
		sys_close((int)fd);
		return ret;
	}
	file->fd = (int)fd;
	file->exists = 1;
	file->huge = (u8)huge;
	file->holders = (u8)(1u << call->task);
	return 0;
}

s64 op_memfd_create(struct call *call)
{
	const struct args_memfd_create *args = call->args;
	long fd = sys_call3(memfd_create, "pinfuzz", MFD_CLOEXEC, 0);

	return publish_file(call, args->file, fd, (u64)args->pages * PAGE_BYTES, 0);
}

s64 op_tmpfs_create(struct call *call)
{
	const struct args_tmpfs_create *args = call->args;
	long fd = sys_call3(open, TMPFS, O_TMPFILE_RDWR, 0600);

	return publish_file(call, args->file, fd, (u64)args->pages * PAGE_BYTES, 0);
}

s64 op_ext4_create(struct call *call)
{
	const struct args_ext4_create *args = call->args;

	if (!(ARENA->facilities & PFW_FACILITY_EXT4))
		return unsupported(call);
	return publish_file(call, args->file, sys_call3(open, EXT4, O_TMPFILE_RDWR, 0600),
			    (u64)args->pages * PAGE_BYTES, 0);
}

s64 op_hugetlb_create(struct call *call)
{
	const struct args_hugetlb_create *args = call->args;
	long fd;

	if (!(ARENA->facilities & PFW_FACILITY_HUGETLB))
		return unsupported(call);
	fd = sys_call3(memfd_create, "pinfuzz", MFD_CLOEXEC | MFD_HUGETLB, 0);
	return publish_file(call, args->file, fd, (u64)args->pages * HUGE_BYTES, 1);
}

static s64 map(struct call *call, u32 region, u32 pages, int shared, u32 protection, int fd, int huge)
{
	int flags = MAP_FIXED_NOREPLACE | (shared ? MAP_SHARED : MAP_PRIVATE) | (fd < 0 ? MAP_ANONYMOUS : 0);
	u8 huge_before = PROGRAM->huge[region];
	long ret;

	if (huge)
		flags |= MAP_HUGETLB;
	PROGRAM->huge[region] = (u8)huge;
	touched(call, region, 0, pages);
	ret = sys_mmap(slot_address(region, 0), pages * stride(region), protection_bits(protection), flags, fd, 0);
	/* the pool may have nothing left: no such region then */
	if (ret < 0)
		PROGRAM->huge[region] = huge_before;
	return zero_or_error(ret);
}

s64 op_mmap(struct call *call)
{
	const struct args_mmap *args = call->args;

	return map(call, args->region, args->pages, args->sharing == PFW_MMAP_SHARING_SHARED, args->protection, -1, 0);
}

s64 op_mmap_file(struct call *call)
{
	const struct args_mmap_file *args = call->args;
	const struct file_state *file = usable_file(call, args->file);

	if (!file)
		return 0;
	if (file->huge) {
		struct { u64 st[18]; } status;

		/* a mapping of huge pages would make the file grow: st_size, struct stat of x86-64 */
		if (sys_call3(fstat, file->fd, &status, 0) || status.st[6] < (u64)args->pages * HUGE_BYTES)
			return skipped(call);
	}
	return map(call, args->region, args->pages, args->sharing == PFW_MMAP_FILE_SHARING_SHARED, args->protection,
		   file->fd, file->huge);
}

s64 op_mmap_huge(struct call *call)
{
	const struct args_mmap_huge *args = call->args;
	u64 at = SLOT_BASE + args->region * SLOT_BYTES;
	int shared = args->sharing == PFW_MMAP_HUGE_SHARING_SHARED;
	long ret;

	if (!(ARENA->facilities & PFW_FACILITY_THP))
		return unsupported(call);
	touched(call, args->region, 0, PFW_MAX_REGION_PAGES);
	ret = sys_mmap(at, HUGE_BYTES, protection_bits(args->protection),
		       MAP_FIXED_NOREPLACE | MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);
	if (ret < 0)
		return ret;
	return sys_call3(madvise, at, HUGE_BYTES, MADV_HUGEPAGE);
}

s64 op_mmap_hugetlb(struct call *call)
{
	const struct args_mmap_hugetlb *args = call->args;

	if (!(ARENA->facilities & PFW_FACILITY_HUGETLB))
		return unsupported(call);
	return map(call, args->region, args->pages, args->sharing == PFW_MMAP_HUGETLB_SHARING_SHARED,
		   PFW_MMAP_PROTECTION_READ_WRITE, -1, 1);
}

s64 op_munmap(struct call *call)
{
	return sys_call3(munmap, range_start(call), range_bytes(call), 0);
}

void pins_moved(u32 memory, const struct args_range *from, u32 to, u32 first)
{
	u32 i, page;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		struct pin_state *pin = &PROGRAM->pins[i];

		for (page = 0; pin->live && pin->memory == memory && page < pin->pages; page++) {
			u32 at = pin->at_page[page] - from->first;

			if (pin->at_region[page] == from->region && at < from->pages) {
				pin->at_region[page] = (u8)to;
				pin->at_page[page] = (u8)(first + at);
			}
		}
	}
}

s64 op_mremap(struct call *call)
{
	const struct args_mremap *args = call->args;
	u64 from = slot_address(args->region, args->first);
	int flags = MREMAP_MAYMOVE | MREMAP_FIXED;
	size_t bytes = range_bytes(call);
	u8 huge_before = PROGRAM->huge[args->to];
	long ret;

	if (args->form == PFW_MREMAP_FORM_DONTUNMAP)
		flags |= MREMAP_DONTUNMAP;
	PROGRAM->huge[args->to] = PROGRAM->huge[args->region];
	touched(call, args->to, 0, args->pages);
	touched_also(call, args->region, args->first, args->pages);
	ret = sys_call(mremap, from, bytes, bytes, flags, slot_address(args->to, 0), 0);
	if (ret < 0) {
		PROGRAM->huge[args->to] = huge_before;
		return ret;
	}
	pins_moved(PROGRAM->tasks[call->task].memory, call->args, args->to, 0);
	return 0;
}

s64 op_mremap_resize(struct call *call)
{
	const struct args_mremap_resize *args = call->args;
	u32 most = args->pages > args->size ? args->pages : args->size;

	if (args->first + most > PFW_MAX_REGION_PAGES)
		return skipped(call);
	touched(call, args->region, args->first, most);
	return zero_or_error(sys_call(mremap, slot_address(args->region, args->first), range_bytes(call),
				      args->size * stride(args->region), 0, 0, 0));
}

s64 op_mprotect(struct call *call)
{
	const struct args_mprotect *args = call->args;

	return sys_call3(mprotect, range_start(call), range_bytes(call), protection_bits(args->protection));
}

s64 op_mlock(struct call *call)
{
	return sys_call3(mlock, range_start(call), range_bytes(call), 0);
}

s64 op_munlock(struct call *call)
{
	return sys_call3(munlock, range_start(call), range_bytes(call), 0);
}

static s64 advise(struct call *call, int advice)
{
	return sys_call3(madvise, range_start(call), range_bytes(call), advice);
}

s64 op_madvise(struct call *call)
{
	static const int advice[] = { MADV_DONTNEED, MADV_DONTFORK, MADV_DOFORK, MADV_PAGEOUT };
	const struct args_madvise *args = call->args;

	return advise(call, advice[args->advice]);
}

s64 op_madv_free(struct call *call)
{
	return advise(call, MADV_FREE);
}

s64 op_madv_wipeonfork(struct call *call)
{
	return advise(call, MADV_WIPEONFORK);
}

s64 op_madv_keeponfork(struct call *call)
{
	return advise(call, MADV_KEEPONFORK);
}

s64 op_madv_cold(struct call *call)
{
	return advise(call, MADV_COLD);
}

s64 op_madv_hugepage(struct call *call)
{
	return advise(call, MADV_HUGEPAGE);
}

s64 op_madv_nohugepage(struct call *call)
{
	return advise(call, MADV_NOHUGEPAGE);
}

s64 op_madv_populate_read(struct call *call)
{
	return advise(call, MADV_POPULATE_READ);
}

s64 op_madv_populate_write(struct call *call)
{
	return advise(call, MADV_POPULATE_WRITE);
}

s64 op_madv_mergeable(struct call *call)
{
	return advise(call, MADV_MERGEABLE);
}

s64 op_madv_unmergeable(struct call *call)
{
	return advise(call, MADV_UNMERGEABLE);
}

s64 op_guard_install(struct call *call)
{
	return advise(call, MADV_GUARD_INSTALL);
}

s64 op_guard_remove(struct call *call)
{
	return advise(call, MADV_GUARD_REMOVE);
}

s64 op_madv_collapse(struct call *call)
{
	const struct args_madv_collapse *args = call->args;

	if (!(ARENA->facilities & PFW_FACILITY_COLLAPSE))
		return unsupported(call);
	touched(call, args->region, 0, PFW_MAX_REGION_PAGES);
	return sys_call3(madvise, SLOT_BASE + args->region * SLOT_BYTES, HUGE_BYTES, MADV_COLLAPSE);
}
