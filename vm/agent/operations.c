/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One function per operation. What it may assume: its task is alive and has the
 * turn. What it does: the system call, into result->head.result; or SKIPPED where the
 * descriptor it needs is not the task's. `bare` is the bench's loop without observation.
 */
#include <linux/fcntl.h>
#include <linux/memfd.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>

#include "agent.h"

static u64 token(const struct call *call, u32 page)
{
	return (u64)(call->index + 1) << 8 | page;
}

static void touched(const struct call *call, u32 region, u32 first, u32 pages)
{
	call->result->region = region;
	call->result->first = first;
	call->result->pages = pages;
}

/* Every operation on a range starts with region, first and pages. */
struct args_range {
	u32 region;
	u32 first;
	u32 pages;
};

u64 range_start(const struct call *call)
{
	const struct args_range *range = call->args;

	touched(call, range->region, range->first, range->pages);
	return slot_address(range->region, range->first);
}

static size_t range_bytes(const struct call *call)
{
	return (size_t)((const struct args_range *)call->args)->pages * PAGE_BYTES;
}

static s64 zero_or_error(long ret)
{
	return ret < 0 ? ret : 0;
}

static struct pin_state *usable_pin(const struct call *call, u32 number)
{
	struct pin_state *pin = &PROGRAM->pins[number];

	if (pin->live && !pin->by_mempinfd && pin->holders & (1u << call->task)) {
		if (pin->maker == call->task)
			touched(call, pin->region, pin->first, pin->pages);
		return pin;
	}
	call->result->head.status = PFW_STATUS_SKIPPED;
	return NULL;
}

static int protection_bits(u32 protection)
{
	if (protection == PFW_MMAP_PROTECTION_READ_WRITE)
		return PROT_READ | PROT_WRITE;
	return protection == PFW_MMAP_PROTECTION_READ ? PROT_READ : PROT_NONE;
}

static s64 op_fork(struct call *call)
{
	const struct args_fork *args = call->args;

	return task_fork(call->task, args->child, call->bare);
}

static s64 op_exit(struct call *call)
{
	(void)call;
	/* the agent ends the step when it has reaped this process */
	sys_exit(0);
}

static s64 op_memfd_create(struct call *call)
{
	const struct args_memfd_create *args = call->args;
	struct file_state *file = &PROGRAM->files[args->file];
	long fd = sys_call3(memfd_create, "pinfuzz", MFD_CLOEXEC, 0);
	long ret;

	if (fd < 0)
		return fd;
	ret = sys_call3(ftruncate, fd, (size_t)args->pages * PAGE_BYTES, 0);
	if (ret < 0) {
		sys_close((int)fd);
		return ret;
	}
	file->fd = (int)fd;
	file->exists = 1;
	file->holders = (u8)(1u << call->task);
	return 0;
}

static s64 map(struct call *call, u32 region, u32 pages, int shared, u32 protection, int fd)
{
	int flags = MAP_FIXED_NOREPLACE | (shared ? MAP_SHARED : MAP_PRIVATE) | (fd < 0 ? MAP_ANONYMOUS : 0);

	touched(call, region, 0, pages);
	return zero_or_error(sys_mmap(slot_address(region, 0), (size_t)pages * PAGE_BYTES,
				      protection_bits(protection), flags, fd, 0));
}

static s64 op_mmap(struct call *call)
{
	const struct args_mmap *args = call->args;

	return map(call, args->region, args->pages, args->sharing == PFW_MMAP_SHARING_SHARED, args->protection, -1);
}

static s64 op_mmap_file(struct call *call)
{
	const struct args_mmap_file *args = call->args;
	const struct file_state *file = &PROGRAM->files[args->file];

	if (!file->exists || !(file->holders & (1u << call->task))) {
		call->result->head.status = PFW_STATUS_SKIPPED;
		return 0;
	}
	return map(call, args->region, args->pages, args->sharing == PFW_MMAP_FILE_SHARING_SHARED, args->protection,
		   file->fd);
}

static s64 op_munmap(struct call *call)
{
	return sys_call3(munmap, range_start(call), range_bytes(call), 0);
}

static s64 op_mprotect(struct call *call)
{
	const struct args_mprotect *args = call->args;

	return sys_call3(mprotect, range_start(call), range_bytes(call), protection_bits(args->protection));
}

static s64 op_madvise(struct call *call)
{
	static const int advice[] = { MADV_DONTNEED, MADV_DONTFORK, MADV_DOFORK, MADV_PAGEOUT };
	const struct args_madvise *args = call->args;

	return sys_call3(madvise, range_start(call), range_bytes(call), advice[args->advice]);
}

static s64 op_write(struct call *call)
{
	const struct args_range *args = call->args;
	u64 at = range_start(call);
	u32 i;

	for (i = 0; i < args->pages; i++) {
		if (store_word((u64 *)(at + (u64)i * PAGE_BYTES), token(call, i)))
			call->result->head.fault_mask |= 1u << i;
	}
	return call->result->head.fault_mask ? -EFAULT : 0;
}

static s64 op_read(struct call *call)
{
	const struct args_range *args = call->args;
	u64 at = range_start(call);
	u32 i;

	for (i = 0; i < args->pages; i++) {
		if (load_word((const u64 *)(at + (u64)i * PAGE_BYTES), &call->result->values[i]))
			call->result->head.fault_mask |= 1u << i;
	}
	call->result->head.values = (u8)args->pages;
	return call->result->head.fault_mask ? -EFAULT : 0;
}

void publish_pin(struct call *call, struct pin_state *pin, u32 region, u32 first, u32 pages)
{
	u32 i;

	pin->live = 1;
	pin->maker = (u8)call->task;
	pin->holders = (u8)(1u << call->task);
	pin->region = region;
	pin->first = first;
	pin->pages = pages;
	for (i = 0; i < pages; i++) {
		call->result->values[i] = pin->pfns[i];
		if (!pin->by_uring && PROGRAM->pfns < MAX_PROGRAM_PFNS)
			PROGRAM->pfn[PROGRAM->pfns++] = pin->pfns[i];
	}
	call->result->head.values = (u8)pages;
}

static s64 op_pin(struct call *call)
{
	const struct args_pin *args = call->args;
	struct pin_state *pin = &PROGRAM->pins[args->pin];
	struct pfz_pin request = { .addr = range_start(call), .pages = args->pages };
	long ret;
	u32 i;

	if (ARENA->module < 0) {
		call->result->head.status = PFW_STATUS_UNSUPPORTED;
		return 0;
	}
	if (args->access == PFW_PIN_ACCESS_WRITE)
		request.flags |= PFZ_PIN_WRITE;
	if (args->term == PFW_PIN_TERM_LONG)
		request.flags |= PFZ_PIN_LONGTERM;
	if (args->path == PFW_PIN_PATH_FAST)
		request.flags |= PFZ_PIN_FAST;
	ret = sys_ioctl(ARENA->module, PFZ_IOC_PIN, &request);
	if (ret < 0)
		return ret;
	pin->fd = request.fd;
	for (i = 0; i < request.pinned; i++)
		pin->pfns[i] = request.pfns[i];
	publish_pin(call, pin, args->region, args->first, request.pinned);
	return request.pinned;
}

static s64 op_uring_pin(struct call *call)
{
	const struct args_uring_pin *args = call->args;
	struct pin_state *pin = &PROGRAM->pins[args->pin];
	u64 entries[PFW_MAX_REGION_PAGES];
	long ret;
	u32 i;

	range_start(call);
	if (!(ARENA->facilities & PFW_FACILITY_IO_URING)) {
		call->result->head.status = PFW_STATUS_UNSUPPORTED;
		return 0;
	}
	ret = uring_pin(pin, args->region, args->first, args->pages);
	if (ret < 0)
		return ret;
	PROGRAM->uring_pages += args->pages;
	pin->by_uring = 1;
	/* io_uring does not tell its frames: the page table does, right after */
	if (!call->bare && !region_entries(call->task, args->region, entries)) {
		for (i = 0; i < args->pages; i++)
			pin->pfns[i] = entries[args->first + i] & ((1ull << 55) - 1);
	}
	publish_pin(call, pin, args->region, args->first, args->pages);
	return args->pages;
}

static s64 op_unpin(struct call *call)
{
	const struct args_unpin *args = call->args;
	struct pin_state *pin = usable_pin(call, args->pin);

	if (!pin)
		return 0;
	/* the descriptor stays open until its holders end: a spent pin must hold nothing */
	pin->live = 0;
	return pin->by_uring ? uring_unpin(pin) : sys_ioctl(pin->fd, PFZ_IOC_UNPIN, NULL);
}

static s64 op_device_read(struct call *call)
{
	const struct args_device_read *args = call->args;
	struct pin_state *pin = usable_pin(call, args->pin);
	struct pfz_device device;
	long ret;
	u32 i;

	if (!pin)
		return 0;
	device.first = 0;
	device.pages = pin->pages;
	if (pin->by_uring)
		ret = uring_device_read(pin, device.values);
	else
		ret = sys_ioctl(pin->fd, PFZ_IOC_DEVICE_READ, &device);
	if (ret < 0)
		return ret;
	for (i = 0; i < pin->pages; i++)
		call->result->values[i] = device.values[i];
	call->result->head.values = (u8)pin->pages;
	return 0;
}

static s64 op_device_write(struct call *call)
{
	const struct args_device_write *args = call->args;
	struct pin_state *pin = usable_pin(call, args->pin);
	struct pfz_device device;
	u32 i;

	if (!pin)
		return 0;
	device.first = 0;
	device.pages = pin->pages;
	for (i = 0; i < pin->pages; i++)
		device.values[i] = token(call, i);
	if (pin->by_uring)
		return uring_device_write(pin, device.values);
	return sys_ioctl(pin->fd, PFZ_IOC_DEVICE_WRITE, &device);
}

static s64 op_move_pages(struct call *call)
{
	const struct args_move_pages *args = call->args;
	u64 at = range_start(call);
	void *pages[PFW_MAX_REGION_PAGES];
	int nodes[PFW_MAX_REGION_PAGES], status[PFW_MAX_REGION_PAGES];
	u32 i;

	for (i = 0; i < args->pages; i++) {
		pages[i] = (void *)(at + (u64)i * PAGE_BYTES);
		nodes[i] = (int)args->node;
	}
	return sys_call(move_pages, 0, args->pages, pages, nodes, status, MPOL_MF_MOVE);
}

static s64 op_mbind(struct call *call)
{
	const struct args_mbind *args = call->args;
	unsigned long nodes = 1ul << args->node;

	return sys_call(mbind, range_start(call), range_bytes(call), MPOL_BIND, &nodes, 64, MPOL_MF_MOVE);
}

static s64 op_compact(struct call *call)
{
	(void)call;
	return zero_or_error(sys_write(ARENA->compact, "1", 1));
}

static s64 op_exec(struct call *call)
{
	char number[2] = { (char)('0' + call->task), 0 };
	const char *arguments[] = { "/init", number, NULL };
	const char *environment[] = { NULL };
	struct task_state *self = &PROGRAM->tasks[call->task];
	int pagemap = self->pagemap;
	long ret;

	if (call->bare) {
		call->result->head.status = PFW_STATUS_UNSUPPORTED;
		return 0;
	}
	self->pagemap = -1;
	/* goes on in task_executed() */
	ret = sys_call3(execve, "/init", arguments, environment);
	self->pagemap = pagemap;
	return ret;
}

int operation_args(u32 op)
{
	switch (op) {
#define X(code, name, args) \
	case code: \
		return args;
	PFW_OPERATIONS(X)
#undef X
	}
	return -1;
}

void operation_run(u32 task, u32 index, const struct wire_step *step, struct step_result *result, int bare)
{
	struct call call = { task, index, step->arg, result, bare };

	result->head.status = PFW_STATUS_DONE;
	result->head.watched = !bare && pfw_watched[step->op];
	if (result->head.watched)
		accounts_before();
	switch (step->op) {
#define X(code, name, args) \
	case code: \
		result->head.result = op_##name(&call); \
		break;
	PFW_OPERATIONS(X)
#undef X
	}
}
