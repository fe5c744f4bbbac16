/* SPDX-License-Identifier: GPL-2.0 */
/* Programs that run short of memory: a control group with a limit, and allocations that are made to fail. */
#include <linux/fcntl.h>

#include "agent.h"

#define CGROUPS		"/mnt/cgroup/"
#define GROUP		CGROUPS "programs/"
#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define FAILSLAB	"/sys/kernel/debug/failslab/"
#define FAIL_PAGES	"/sys/kernel/debug/fail_page_alloc/"

static int limits_memory(void)
{
	sys_call3(mkdir, CGROUPS, 0700, 0);
	if (sys_call(mount, "cgroup2", CGROUPS, "cgroup2", 0, 0, 0))
		return 0;
	if (write_file(CGROUPS "cgroup.subtree_control", "+memory") < 0 || sys_call3(mkdir, GROUP, 0700, 0))
		return 0;
	/* whom it kills is told in one line, and not with a list of all others */
	write_file("/proc/sys/vm/oom_dump_tasks", "0");
	return write_file(GROUP "memory.max", "max") > 0;
}

static int fails_allocations(void)
{
	if (write_file(FAIL_NTH, "0") < 0)
		return 0;
	/* only what a task asks for by number fails, and nobody tells the log */
	write_file(FAILSLAB "verbose", "0");
	write_file(FAILSLAB "ignore-gfp-wait", "N");
	write_file(FAIL_PAGES "verbose", "0");
	write_file(FAIL_PAGES "ignore-gfp-wait", "N");
	write_file(FAIL_PAGES "ignore-gfp-highmem", "N");
	return write_file(FAIL_PAGES "min-order", "0") > 0;
}

void shortage_detect(void)
{
	if (limits_memory())
		ARENA->facilities |= PFW_FACILITY_MEMORY_LIMIT;
	if (fails_allocations())
		ARENA->facilities |= PFW_FACILITY_FAIL_NTH;
}

s64 op_memory_limit(struct call *call)
{
	const struct args_memory_limit *args = call->args;
	char number[24];
	u32 i;

	if (!(ARENA->facilities & PFW_FACILITY_MEMORY_LIMIT))
		return unsupported(call);
	/* what they have already stays charged to whom it was */
	for (i = 0; i < PFW_MAX_TASKS; i++) {
		if (!PROGRAM->tasks[i].alive)
			continue;
		put_number(number, (u32)PROGRAM->tasks[i].pid, "");
		write_file(GROUP "cgroup.procs", number);
	}
	ARENA->memory_limited = 1;
	put_number(number, (u64)args->pages * PAGE_BYTES, "");
	return zero_or_error(write_file(GROUP "memory.max", number));
}

void lift_memory_limit(void)
{
	if (ARENA->memory_limited)
		write_file(GROUP "memory.max", "max");
	ARENA->memory_limited = 0;
}

s64 op_fail_nth(struct call *call)
{
	const struct args_fail_nth *args = call->args;

	if (!(ARENA->facilities & PFW_FACILITY_FAIL_NTH))
		return unsupported(call);
	PROGRAM->tasks[call->task].fail_nth = args->nth;
	return 0;
}

void arm_failure(u32 task)
{
	struct task_state *self = &PROGRAM->tasks[task];
	char number[24];

	self->fail_fd = (int)sys_open(FAIL_NTH, O_RDWR | O_CLOEXEC);
	put_number(number, self->fail_nth, "");
	self->fail_nth = 0;
	self->failing = 1;
	sys_write(self->fail_fd, number, string_length(number));
}

u32 disarm_failure(u32 task)
{
	struct task_state *self = &PROGRAM->tasks[task];
	char left[24];
	long got = sys_pread(self->fail_fd, left, sizeof(left), 0);

	self->failing = 0;
	sys_call(pwrite64, self->fail_fd, "0", 1, 0, 0, 0);
	sys_close(self->fail_fd);
	return got > 0 && left[0] == '0' ? PFW_ALLOCATION_FAILED : 0;
}

u32 disarm_failure_after_exec(u32 task)
{
	struct task_state *self = &PROGRAM->tasks[task];
	u32 tries;

	/* the descriptor is gone, and what is still to fail may be what opens another */
	for (tries = 0; tries < 3; tries++) {
		self->fail_fd = (int)sys_open(FAIL_NTH, O_RDWR | O_CLOEXEC);
		if (self->fail_fd >= 0)
			return disarm_failure(task) | (tries ? PFW_ALLOCATION_FAILED : 0);
	}
	self->failing = 0;
	return PFW_ALLOCATION_FAILED;
}
