/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors of mempinfd: by the system call where the kernel has it, else by the
 * device of the module. A descriptor has a number of its own in every task that has
 * it; which pins an open file holds is known here only to watch their frames.
 */
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/resource.h>

#include "agent.h"

/* An address that no task has anything at, and one of the kernel's. */
#define NOWHERE		(SLOT_BASE + PFW_MAX_REGIONS * SLOT_BYTES)
#define KERNEL_ADDRESS	0xffff888000000000ull
/* Bytes by which a range that is not aligned lies inside its first and its last page. */
#define INSIDE_BYTES	72u

void mempinfd_detect(void)
{
	char text[32];
	long fd;

	if (read_file(MEMPINFD_SYSCALL_FILE, text, sizeof(text)) > 0)
		ARENA->mempinfd_call = number_after(text, "");
	if (ARENA->mempinfd_call > 0) {
		ARENA->facilities |= PFW_FACILITY_MEMPINFD | PFW_FACILITY_MEMPINFD_CALL;
		return;
	}
	ARENA->mempinfd_call = 0;
	fd = sys_open(MEMPINFD_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	sys_close((int)fd);
	ARENA->facilities |= PFW_FACILITY_MEMPINFD;
}

static struct descriptor_state *descriptor(u32 number)
{
	return &PROGRAM->descriptors[number];
}

/* The descriptor, if the task has it. */
static struct descriptor_state *usable(struct call *call, u32 number)
{
	struct descriptor_state *found = descriptor(number);

	if (found->holders & (1u << call->task))
		return found;
	skipped(call);
	return NULL;
}

static void publish_descriptor(struct call *call, u32 number, u32 mempinfd, long fd)
{
	struct descriptor_state *made = descriptor(number);

	made->mempinfd = mempinfd;
	made->holders = (u8)(1u << call->task);
	made->fd[call->task] = (int)fd;
}

s64 op_mempinfd_open(struct call *call)
{
	const struct args_mempinfd_open *args = call->args;
	long fd;

	if (!(ARENA->facilities & PFW_FACILITY_MEMPINFD))
		return unsupported(call);
	if (ARENA->mempinfd_call)
		fd = sys6(ARENA->mempinfd_call, 0, 0, 0, 0, 0, 0);
	else
		fd = sys_open(MEMPINFD_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fd;
	publish_descriptor(call, args->descriptor, args->descriptor, fd);
	return 0;
}

static struct mempinfd_range range_of(u64 start, u32 pages, u32 inside)
{
	struct mempinfd_range range = { start, (u64)pages * PAGE_BYTES };

	if (inside) {
		range.addr += INSIDE_BYTES;
		range.size -= 2 * INSIDE_BYTES;
	}
	return range;
}

s64 op_mempinfd_pin(struct call *call)
{
	const struct args_mempinfd_pin *args = call->args;
	struct descriptor_state *held = usable(call, args->descriptor);
	struct pin_state *pin = &PROGRAM->pins[args->pin];
	struct mempinfd_range range = range_of(range_start(call), args->pages,
					       args->bounds == PFW_MEMPINFD_PIN_BOUNDS_INSIDE);
	long ret;

	if (!held)
		return 0;
	if (PROGRAM->huge[args->region])
		return skipped(call);
	if (args->access == PFW_MEMPINFD_PIN_ACCESS_READ) {
		struct mempinfd_pin request = { range.addr, range.size, MEMPINFD_READ_ONLY };

		ret = sys_ioctl(held->fd[call->task], MEMPINFD_IOC_PIN_FLAGS, &request);
	} else {
		ret = sys_ioctl(held->fd[call->task], MEMPINFD_IOC_PIN, &range);
	}
	/* a range that reaches past its slot can be pinned by no edition */
	if (ret || args->first + args->pages > PFW_MAX_REGION_PAGES)
		return ret;
	pin->by = BY_MEMPINFD;
	pin->mempinfd = held->mempinfd;
	/* mempinfd does not tell its frames: the page table does, right after */
	frames_from_table(call, pin, args->region, args->first, args->pages);
	publish_pin(call, pin, PROGRAM->tasks[call->task].memory, args->region, args->first, args->pages);
	return ret;
}

s64 op_mempinfd_unpin(struct call *call)
{
	const struct args_mempinfd_unpin *args = call->args;
	struct descriptor_state *held = usable(call, args->descriptor);
	struct mempinfd_range range = range_of(range_start(call), args->pages,
					       args->bounds == PFW_MEMPINFD_UNPIN_BOUNDS_INSIDE);
	long ret;
	u32 i;

	if (!held)
		return 0;
	if (PROGRAM->huge[args->region])
		return skipped(call);
	ret = sys_ioctl(held->fd[call->task], MEMPINFD_IOC_UNPIN, &range);
	for (i = 0; !ret && i < PFW_MAX_PINS; i++) {
		struct pin_state *pin = &PROGRAM->pins[i];

		if (pin->live && pin->by == BY_MEMPINFD && pin->mempinfd == held->mempinfd &&
		    pin->memory == PROGRAM->tasks[call->task].memory && pin->region == args->region &&
		    pin->first == args->first && pin->pages == args->pages)
			pin->live = 0;
	}
	return ret;
}

s64 op_mempinfd_request(struct call *call)
{
	static const unsigned int commands[] = { MEMPINFD_IOC_PIN, MEMPINFD_IOC_UNPIN, MEMPINFD_IOC_PIN_FLAGS };
	const struct args_mempinfd_request *args = call->args;
	struct descriptor_state *held = usable(call, args->descriptor);
	struct mempinfd_pin request = { NOWHERE, PAGE_BYTES, 0 };
	unsigned int command = commands[args->call];
	void *pointer = &request;

	if (!held)
		return 0;
	switch (args->flaw) {
	case PFW_MEMPINFD_REQUEST_FLAW_EMPTY:
		request.size = 0;
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_WRAP:
		request.size = -(u64)PAGE_BYTES;
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_END:
		request.size = -request.addr;
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_BEYOND:
		request.size = 1ull << 62;
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_TOP:
		/* the sum does not wrap, but the cover in whole pages does */
		request.addr = -(u64)PAGE_BYTES;
		request.size = INSIDE_BYTES;
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_PAGES:
		request.size = ((1ull << 31) + 1) * PAGE_BYTES;
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_KERNEL:
		request.addr = KERNEL_ADDRESS;
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_POINTER:
		pointer = (void *)PAGE_BYTES;
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_COMMAND:
		command = _IOW('M', 0x7f, struct mempinfd_pin);
		break;
	case PFW_MEMPINFD_REQUEST_FLAW_FLAGS:
		request.flags = 1ull << 63;
		if (args->call != PFW_MEMPINFD_REQUEST_CALL_PIN_FLAGS)
			request.addr = KERNEL_ADDRESS;
		break;
	}
	return sys_ioctl(held->fd[call->task], command, pointer);
}

/* Pins whose open file has no descriptor left are gone. */
static void end_pins(void)
{
	u32 open = 0, i;

	for (i = 0; i < PFW_MAX_DESCRIPTORS; i++) {
		if (descriptor(i)->holders)
			open |= 1u << descriptor(i)->mempinfd;
	}
	for (i = 0; i < PFW_MAX_PINS; i++) {
		struct pin_state *pin = &PROGRAM->pins[i];

		if (pin->by == BY_MEMPINFD && !(open & 1u << pin->mempinfd))
			pin->live = 0;
	}
}

s64 op_mempinfd_close(struct call *call)
{
	const struct args_mempinfd_close *args = call->args;
	struct descriptor_state *held = usable(call, args->descriptor);
	long ret;

	if (!held)
		return 0;
	ret = sys_close(held->fd[call->task]);
	held->holders &= (u8)~(1u << call->task);
	end_pins();
	return ret;
}

s64 op_mempinfd_dup(struct call *call)
{
	const struct args_mempinfd_dup *args = call->args;
	struct descriptor_state *held = usable(call, args->descriptor);
	long fd;

	if (!held)
		return 0;
	fd = sys_call3(fcntl, held->fd[call->task], F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	publish_descriptor(call, args->copy, held->mempinfd, fd);
	return 0;
}

s64 op_mempinfd_take(struct call *call)
{
	const struct args_mempinfd_take *args = call->args;
	struct descriptor_state *wanted = descriptor(args->descriptor);
	u32 giver;
	long pidfd, fd;

	if (!wanted->holders || wanted->holders & (1u << call->task)) {
		call->result->head.status = PFW_STATUS_SKIPPED;
		return 0;
	}
	giver = (u32)__builtin_ctz(wanted->holders);
	pidfd = sys_call3(pidfd_open, PROGRAM->tasks[giver].pid, 0, 0);
	if (pidfd < 0)
		return pidfd;
	fd = sys_call3(pidfd_getfd, pidfd, wanted->fd[giver], 0);
	sys_close((int)pidfd);
	if (fd < 0)
		return fd;
	wanted->holders |= (u8)(1u << call->task);
	wanted->fd[call->task] = (int)fd;
	return 0;
}

s64 op_memlock_limit(struct call *call)
{
	const struct args_memlock_limit *args = call->args;
	struct rlimit64 limit = { (u64)args->limit * PAGE_BYTES, (u64)args->limit * PAGE_BYTES };
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	long ret;
	u32 i;

	/* what is executed would get it back from the bounding set */
	ret = sys_call(prctl, PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0, 0);
	if (ret < 0)
		return ret;
	ret = sys_call3(capget, &header, data, 0);
	if (ret < 0)
		return ret;
	i = CAP_TO_INDEX(CAP_IPC_LOCK);
	data[i].effective &= ~CAP_TO_MASK(CAP_IPC_LOCK);
	data[i].permitted &= ~CAP_TO_MASK(CAP_IPC_LOCK);
	data[i].inheritable &= ~CAP_TO_MASK(CAP_IPC_LOCK);
	ret = sys_call3(capset, &header, data, 0);
	if (ret < 0)
		return ret;
	return sys_call(prlimit64, 0, RLIMIT_MEMLOCK, &limit, NULL, 0, 0);
}

void mempinfd_fork(u32 parent, u32 child)
{
	u32 i;

	for (i = 0; i < PFW_MAX_DESCRIPTORS; i++) {
		struct descriptor_state *inherited = descriptor(i);

		if (inherited->holders & (1u << parent)) {
			inherited->holders |= (u8)(1u << child);
			inherited->fd[child] = inherited->fd[parent];
		}
	}
}

void mempinfd_left(u32 task)
{
	u32 i;

	for (i = 0; i < PFW_MAX_DESCRIPTORS; i++)
		descriptor(i)->holders &= (u8)~(1u << task);
	end_pins();
}
