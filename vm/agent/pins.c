/* SPDX-License-Identifier: GPL-2.0 */
/* Pins of all kinds but mempinfd's, and what their devices do. */
#include <linux/fcntl.h>

#include "agent.h"

/* Interface of the kernel's own test of pins (mm/gup_test.h), from 6.2. */
#define GUP_TEST_FILE		"/sys/kernel/debug/gup_test"
#define GUP_TEST_WRITE		1u
#define GUP_TEST_FAST		2u
#define GUP_TEST_START		_IOW('g', 7, struct gup_test_start)
#define GUP_TEST_STOP		_IO('g', 8)
#define GUP_TEST_READ		_IOW('g', 9, u64)

struct gup_test_start {
	u64 addr;
	u64 size;
	u32 flags;
};

#define SPLICE_NONBLOCK		2

void pins_detect(void)
{
	struct pfz_file_pages nothing = { .file = -1, .pages = 1, .stride = PAGE_BYTES };
	long fd;

	/* module parameters of boot have mounted nothing yet */
	sys_call(mount, "debugfs", "/sys/kernel/debug", "debugfs", 0, 0, 0);
	fd = sys_open(GUP_TEST_FILE, O_RDWR | O_CLOEXEC);
	if (fd >= 0) {
		if (!sys_ioctl((int)fd, GUP_TEST_STOP, NULL))
			ARENA->facilities |= PFW_FACILITY_GUP_TEST;
		sys_close((int)fd);
	}
	if (ARENA->module >= 0 && sys_ioctl(ARENA->module, PFZ_IOC_PIN_FILE, &nothing) == -EBADF)
		ARENA->facilities |= PFW_FACILITY_MEMFD_PIN;
}

static struct pin_state *usable_pin(struct call *call, u32 number)
{
	struct pin_state *pin = &PROGRAM->pins[number];

	if (!pin->live || pin->by == BY_MEMPINFD || !(pin->holders & (1u << call->task))) {
		skipped(call);
		return NULL;
	}
	if (pin->pages && pin->at_region[0] != NOWHERE_REGION &&
	    pin->memory == PROGRAM->tasks[call->task].memory)
		touched(call, pin->region, pin->first, pin->pages);
	return pin;
}

static int made_by_module(const struct pin_state *pin)
{
	return pin->by == BY_MODULE;
}

void publish_pin(struct call *call, struct pin_state *pin, u32 memory, u32 region, u32 first, u32 pages)
{
	u32 i;

	pin->live = 1;
	pin->holders = (u8)(1u << call->task);
	pin->memory = memory;
	pin->region = region;
	pin->first = first;
	pin->pages = pages;
	for (i = 0; i < pages; i++) {
		pin->at_region[i] = (u8)region;
		pin->at_page[i] = (u8)(first + i);
		call->result->values[i] = pin->pfns[i];
		if (pin->by != BY_URING && PROGRAM->pfns < MAX_PROGRAM_PFNS)
			PROGRAM->pfn[PROGRAM->pfns++] = pin->pfns[i];
	}
	call->result->head.values = (u8)pages;
}

void frames_from_table(const struct call *call, struct pin_state *pin, u32 region, u32 first, u32 pages)
{
	u64 entries[PFW_MAX_REGION_PAGES];
	u32 i;

	if (call->bare || region_entries(call->task, region, entries))
		return;
	for (i = 0; i < pages; i++)
		pin->pfns[i] = entries[first + i] & ((1ull << 55) - 1);
}

/* A pin by the module in the memory of some task; pid is 0 for the caller's own. */
static s64 module_pin(struct call *call, u32 number, u32 owner, int pid, u32 flags)
{
	const struct args_range *args = call->args;
	struct pin_state *pin = &PROGRAM->pins[number];
	struct pfz_pin request = {
		.addr = slot_address(args->region, args->first),
		.pages = args->pages,
		.flags = flags,
		.stride = (u32)stride(args->region),
		.pid = pid,
	};
	long ret;
	u32 i;

	if (ARENA->module < 0)
		return unsupported(call);
	if (owner == call->task)
		range_start(call);
	ret = sys_ioctl(ARENA->module, PFZ_IOC_PIN, &request);
	if (ret < 0)
		return ret;
	pin->fd = request.fd;
	pin->by = BY_MODULE;
	for (i = 0; i < request.pinned; i++)
		pin->pfns[i] = request.pfns[i];
	publish_pin(call, pin, PROGRAM->tasks[owner].memory, args->region, args->first, request.pinned);
	return request.pinned;
}

static u32 flag(int wanted, u32 bit)
{
	return wanted ? bit : 0;
}

s64 op_pin(struct call *call)
{
	const struct args_pin *args = call->args;

	return module_pin(call, args->pin, call->task, 0,
			  flag(args->access == PFW_PIN_ACCESS_WRITE, PFZ_PIN_WRITE) |
			  flag(args->term == PFW_PIN_TERM_LONG, PFZ_PIN_LONGTERM) |
			  flag(args->path == PFW_PIN_PATH_FAST, PFZ_PIN_FAST));
}

s64 op_pin_each(struct call *call)
{
	const struct args_pin_each *args = call->args;

	return module_pin(call, args->pin, call->task, 0,
			  PFZ_PIN_EACH | flag(args->access == PFW_PIN_EACH_ACCESS_WRITE, PFZ_PIN_WRITE) |
			  flag(args->term == PFW_PIN_EACH_TERM_LONG, PFZ_PIN_LONGTERM) |
			  flag(args->path == PFW_PIN_EACH_PATH_FAST, PFZ_PIN_FAST));
}

s64 op_pin_remote(struct call *call)
{
	const struct args_pin_remote *args = call->args;
	const struct task_state *victim = victim_of(call, args->victim);

	if (!victim)
		return 0;
	return module_pin(call, args->pin, args->victim, victim->pid,
			  flag(args->access == PFW_PIN_REMOTE_ACCESS_WRITE, PFZ_PIN_WRITE) |
			  flag(args->term == PFW_PIN_REMOTE_TERM_LONG, PFZ_PIN_LONGTERM));
}

s64 op_uring_pin(struct call *call)
{
	const struct args_uring_pin *args = call->args;
	struct pin_state *pin = &PROGRAM->pins[args->pin];
	long ret;

	range_start(call);
	if (!(ARENA->facilities & PFW_FACILITY_IO_URING))
		return unsupported(call);
	ret = uring_pin(pin, args->region, args->first, args->pages);
	if (ret < 0)
		return ret;
	PROGRAM->uring_pages += (u32)(range_bytes(call) / PAGE_BYTES);
	pin->by = BY_URING;
	/* io_uring does not tell its frames: the page table does, right after */
	frames_from_table(call, pin, args->region, args->first, args->pages);
	publish_pin(call, pin, PROGRAM->tasks[call->task].memory, args->region, args->first, args->pages);
	return args->pages;
}

static int gup_test_runs(void)
{
	u32 i;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		if (PROGRAM->pins[i].live && PROGRAM->pins[i].by == BY_GUP_TEST)
			return 1;
	}
	return 0;
}

s64 op_gup_pin(struct call *call)
{
	const struct args_gup_pin *args = call->args;
	struct pin_state *pin = &PROGRAM->pins[args->pin];
	struct gup_test_start start = {
		.addr = range_start(call),
		.size = range_bytes(call),
		.flags = flag(args->access == PFW_GUP_PIN_ACCESS_WRITE, GUP_TEST_WRITE) |
			 flag(args->path == PFW_GUP_PIN_PATH_FAST, GUP_TEST_FAST),
	};
	long fd, ret;

	if (!(ARENA->facilities & PFW_FACILITY_GUP_TEST))
		return unsupported(call);
	if (PROGRAM->huge[args->region] || gup_test_runs())
		return skipped(call);
	fd = sys_open(GUP_TEST_FILE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fd;
	ret = sys_ioctl((int)fd, GUP_TEST_START, &start);
	if (ret < 0) {
		sys_close((int)fd);
		return ret;
	}
	pin->fd = (int)fd;
	pin->by = BY_GUP_TEST;
	frames_from_table(call, pin, args->region, args->first, args->pages);
	publish_pin(call, pin, PROGRAM->tasks[call->task].memory, args->region, args->first, args->pages);
	return args->pages;
}

static long gup_test_read(const struct pin_state *pin, u64 *values)
{
	u64 to = (u64)ARENA->pages;
	long ret = sys_ioctl(pin->fd, GUP_TEST_READ, &to);
	u32 i;

	for (i = 0; !ret && i < pin->pages; i++)
		values[i] = *(const u64 *)(ARENA->pages + i * PAGE_BYTES);
	return ret;
}

/* The first bytes of each page, so that a buffer of the pipe is a page. */
s64 op_vmsplice(struct call *call)
{
	const struct args_vmsplice *args = call->args;
	struct pin_state *pin = &PROGRAM->pins[args->pin];
	u64 parts[PFW_MAX_REGION_PAGES][2];
	u64 at = range_start(call);
	int ends[2];
	long ret;
	u32 i;

	ret = sys_call3(pipe2, ends, O_NONBLOCK | O_CLOEXEC, 0);
	if (ret < 0)
		return ret;
	for (i = 0; i < args->pages; i++) {
		parts[i][0] = at + i * stride(args->region);
		parts[i][1] = sizeof(u64);
	}
	ret = sys_call(vmsplice, ends[1], parts, args->pages, SPLICE_NONBLOCK, 0, 0);
	if (ret <= 0) {
		sys_close(ends[0]);
		sys_close(ends[1]);
		return ret < 0 ? ret : -EFAULT;
	}
	pin->fd = ends[0];
	pin->other_fd = ends[1];
	pin->by = BY_PIPE;
	ret /= (long)sizeof(u64);
	frames_from_table(call, pin, args->region, args->first, (u32)ret);
	publish_pin(call, pin, PROGRAM->tasks[call->task].memory, args->region, args->first, (u32)ret);
	return ret;
}

/* What the pipe holds stays in it: a copy of its references goes through the agent's own pipe. */
static long pipe_read(const struct pin_state *pin, u64 *values)
{
	size_t bytes = pin->pages * sizeof(u64);
	long ret = sys_call(tee, pin->fd, ARENA->pipe[1], bytes, SPLICE_NONBLOCK, 0, 0);

	if (ret >= 0)
		ret = sys_read(ARENA->pipe[0], values, bytes) == (long)bytes ? 0 : -EIO;
	if (ret)
		uring_drain();
	return ret;
}

static s64 file_pin(struct call *call, u32 number, const struct file_state *file, u32 first, u32 pages,
		    unsigned int command)
{
	struct pin_state *pin = &PROGRAM->pins[number];
	u64 bytes = file->huge ? HUGE_BYTES : PAGE_BYTES;
	struct pfz_file_pages request = {
		.file = file->fd,
		.pages = pages,
		.first = first * (bytes / PAGE_BYTES),
		.stride = (u32)bytes,
	};
	long size, ret;
	u32 i;

	if (ARENA->module < 0)
		return unsupported(call);
	size = sys_call3(lseek, file->fd, 0, 2 /* SEEK_END */);
	if (size < (long)((first + pages) * bytes))
		return skipped(call);
	ret = sys_ioctl(ARENA->module, command, &request);
	if (ret < 0)
		return ret;
	pin->fd = request.fd;
	pin->by = BY_MODULE;
	for (i = 0; i < request.pinned; i++)
		pin->pfns[i] = request.pfns[i];
	publish_pin(call, pin, PROGRAM->tasks[call->task].memory, NOWHERE_REGION, 0, request.pinned);
	return request.pinned;
}

s64 op_memfd_pin(struct call *call)
{
	const struct args_memfd_pin *args = call->args;
	const struct file_state *file = usable_file(call, args->file);

	if (file && !(ARENA->facilities & PFW_FACILITY_MEMFD_PIN))
		return unsupported(call);
	return file ? file_pin(call, args->pin, file, args->first, args->pages, PFZ_IOC_PIN_FILE) : 0;
}

s64 op_hold(struct call *call)
{
	const struct args_hold *args = call->args;
	const struct file_state *file = usable_file(call, args->file);

	return file ? file_pin(call, args->pin, file, args->first, args->pages, PFZ_IOC_HOLD) : 0;
}

s64 op_unpin(struct call *call)
{
	const struct args_unpin *args = call->args;
	struct pin_state *pin = usable_pin(call, args->pin);
	u64 values[PFW_MAX_REGION_PAGES];

	if (!pin)
		return 0;
	/* the descriptor stays open until its holders end: a spent pin must hold nothing */
	pin->live = 0;
	switch (pin->by) {
	case BY_URING:
		return uring_unpin(pin);
	case BY_GUP_TEST:
		return sys_ioctl(pin->fd, GUP_TEST_STOP, NULL);
	case BY_PIPE:
		return zero_or_error(sys_read(pin->fd, values, sizeof(values)));
	default:
		return sys_ioctl(pin->fd, PFZ_IOC_UNPIN, NULL);
	}
}

s64 op_unpin_part(struct call *call)
{
	const struct args_unpin_part *args = call->args;
	struct pfz_part part = { .first = args->first, .pages = args->pages };
	struct pin_state *pin = usable_pin(call, args->pin);
	long ret;

	if (!pin)
		return 0;
	if (!made_by_module(pin) || args->first + args->pages > pin->pages)
		return skipped(call);
	ret = sys_ioctl(pin->fd, PFZ_IOC_UNPIN_PART, &part);
	pin->part_given_back |= (u8)(((1u << args->pages) - 1) << args->first);
	if (pin->part_given_back == (1u << pin->pages) - 1)
		pin->live = 0;
	return ret;
}

s64 op_pin_close(struct call *call)
{
	const struct args_pin_close *args = call->args;
	struct pin_state *pin = usable_pin(call, args->pin);

	if (!pin)
		return 0;
	pin->holders &= (u8)~(1u << call->task);
	if (!pin->holders)
		pin->live = 0;
	if (pin->by == BY_PIPE)
		sys_close(pin->other_fd);
	return sys_close(pin->fd);
}

long pin_read(struct pin_state *pin, u64 *values)
{
	struct pfz_device device = { .pages = pin->pages };
	long ret;

	switch (pin->by) {
	case BY_URING:
		return uring_device_read(pin, values);
	case BY_GUP_TEST:
		return gup_test_read(pin, values);
	case BY_PIPE:
		return pipe_read(pin, values);
	default:
		ret = sys_ioctl(pin->fd, PFZ_IOC_DEVICE_READ, &device);
		__builtin_memcpy(values, device.values, pin->pages * sizeof(u64));
		return ret;
	}
}

s64 op_device_read(struct call *call)
{
	const struct args_device_read *args = call->args;
	struct pin_state *pin = usable_pin(call, args->pin);
	long ret;

	if (!pin)
		return 0;
	ret = pin_read(pin, call->result->values);
	if (!ret)
		call->result->head.values = (u8)pin->pages;
	return ret;
}

s64 op_device_write(struct call *call)
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
	if (pin->by == BY_URING)
		return uring_device_write(pin, device.values);
	/* these only read */
	if (!made_by_module(pin))
		return -EACCES;
	return sys_ioctl(pin->fd, PFZ_IOC_DEVICE_WRITE, &device);
}
