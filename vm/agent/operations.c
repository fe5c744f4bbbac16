/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One function per operation. What it may assume: its task is alive and has the
 * turn. What it does: the system call, into result->head.result; or SKIPPED where the
 * descriptor it needs is not the task's. `bare` is the bench's loop without observation.
 */
#include <linux/fcntl.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>

#include "agent.h"

u64 token(const struct call *call, u32 page)
{
	return (u64)(call->index + 1) << 8 | page;
}

void touched(const struct call *call, u32 region, u32 first, u32 pages)
{
	call->result->region = region;
	call->result->first = first;
	call->result->pages = pages;
}

void touched_also(const struct call *call, u32 region, u32 first, u32 pages)
{
	call->result->also_region = region;
	call->result->also_first = first;
	call->result->also_pages = pages;
}

u64 range_start(const struct call *call)
{
	const struct args_range *range = call->args;

	touched(call, range->region, range->first, range->pages);
	return slot_address(range->region, range->first);
}

size_t range_bytes(const struct call *call)
{
	const struct args_range *range = call->args;

	return range->pages * stride(range->region);
}

s64 zero_or_error(long ret)
{
	return ret < 0 ? ret : 0;
}

s64 skipped(struct call *call)
{
	call->result->head.status = PFW_STATUS_SKIPPED;
	return 0;
}

s64 unsupported(struct call *call)
{
	call->result->head.status = PFW_STATUS_UNSUPPORTED;
	return 0;
}

int protection_bits(u32 protection)
{
	if (protection == PFW_MMAP_PROTECTION_READ_WRITE)
		return PROT_READ | PROT_WRITE;
	return protection == PFW_MMAP_PROTECTION_READ ? PROT_READ : PROT_NONE;
}

struct task_state *victim_of(struct call *call, u32 victim)
{
	struct task_state *task = &PROGRAM->tasks[victim];

	if (victim != call->task && task->alive)
		return task;
	skipped(call);
	return NULL;
}

s64 op_fork(struct call *call)
{
	const struct args_fork *args = call->args;

	return task_fork(call->task, args->child, call->bare);
}

s64 op_thread(struct call *call)
{
	const struct args_thread *args = call->args;

	return task_thread(call->task, args->child, call->bare);
}

s64 op_kill(struct call *call)
{
	const struct args_kill *args = call->args;

	if (call->bare)
		return unsupported(call);
	if (victim_of(call, args->victim))
		task_kill(args->victim);
	return 0;
}

s64 op_exit(struct call *call)
{
	(void)call;
	/* the agent ends the step when it has reaped this process */
	sys_exit(0);
}

/* Stores a value in each page of a range: one of the step's own, or always the same. */
static s64 store(struct call *call, u64 same)
{
	const struct args_range *args = call->args;
	u64 at = range_start(call);
	u32 i;

	for (i = 0; i < args->pages; i++) {
		if (store_word((u64 *)(at + i * stride(args->region)), same ? same : token(call, i)))
			call->result->head.fault_mask |= 1u << i;
	}
	return call->result->head.fault_mask ? -EFAULT : 0;
}

s64 op_write(struct call *call)
{
	return store(call, 0);
}

s64 op_fill(struct call *call)
{
	const struct args_fill *args = call->args;

	return store(call, PFW_FILLED + args->value);
}

s64 op_read(struct call *call)
{
	const struct args_range *args = call->args;
	u64 at = range_start(call);
	u32 i;

	for (i = 0; i < args->pages; i++) {
		if (load_word((const u64 *)(at + i * stride(args->region)), &call->result->values[i]))
			call->result->head.fault_mask |= 1u << i;
	}
	call->result->head.values = (u8)args->pages;
	return call->result->head.fault_mask ? -EFAULT : 0;
}

/* One call a page, so that each page's fault is known. */
s64 op_peek(struct call *call)
{
	const struct args_peek *args = call->args;
	const struct task_state *victim = victim_of(call, args->victim);
	u32 i;

	if (!victim)
		return 0;
	for (i = 0; i < args->pages; i++) {
		u64 to[2] = { (u64)&call->result->values[i], sizeof(u64) };
		u64 from[2] = { slot_address(args->region, args->first + i), sizeof(u64) };

		if (sys_call(process_vm_readv, victim->pid, to, 1, from, 1, 0) != sizeof(u64))
			call->result->head.fault_mask |= 1u << i;
	}
	call->result->head.values = (u8)args->pages;
	return call->result->head.fault_mask ? -EFAULT : 0;
}

s64 op_poke(struct call *call)
{
	const struct args_poke *args = call->args;
	const struct task_state *victim = victim_of(call, args->victim);
	char path[24] = "/proc/";
	long fd;
	u32 i;

	if (!victim)
		return 0;
	put_number(path + 6, (u32)victim->pid, "/mem");
	fd = sys_open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fd;
	for (i = 0; i < args->pages; i++) {
		u64 value = token(call, i);

		if (sys_call(pwrite64, fd, &value, sizeof(value), slot_address(args->region, args->first + i), 0, 0) !=
		    sizeof(value))
			call->result->head.fault_mask |= 1u << i;
	}
	sys_close((int)fd);
	return call->result->head.fault_mask ? -EFAULT : 0;
}

s64 op_move_pages(struct call *call)
{
	const struct args_move_pages *args = call->args;
	u64 at = range_start(call);
	void *pages[PFW_MAX_REGION_PAGES];
	int nodes[PFW_MAX_REGION_PAGES], status[PFW_MAX_REGION_PAGES];
	u32 i;

	for (i = 0; i < args->pages; i++) {
		pages[i] = (void *)(at + i * stride(args->region));
		nodes[i] = (int)args->node;
	}
	return sys_call(move_pages, 0, args->pages, pages, nodes, status, MPOL_MF_MOVE);
}

s64 op_mbind(struct call *call)
{
	const struct args_mbind *args = call->args;
	unsigned long nodes = 1ul << args->node;

	return sys_call(mbind, range_start(call), range_bytes(call), MPOL_BIND, &nodes, 64, MPOL_MF_MOVE);
}

s64 op_compact(struct call *call)
{
	(void)call;
	return zero_or_error(sys_write(ARENA->compact, "1", 1));
}

s64 op_exec(struct call *call)
{
	char number[2] = { (char)('0' + call->task), 0 };
	const char *arguments[] = { "/init", number, NULL };
	const char *environment[] = { NULL };
	struct task_state *self = &PROGRAM->tasks[call->task];
	int pagemap = self->pagemap;
	long ret;

	if (call->bare)
		return unsupported(call);
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
	int failing = PROGRAM->tasks[task].fail_nth != 0;

	result->head.status = PFW_STATUS_DONE;
	result->head.watched = bare ? 0 : pfw_watched[step->op];
	if (result->head.watched)
		accounts_before(result->head.watched);
	if (failing)
		arm_failure(task);
	switch (step->op) {
#define X(code, name, args) \
	case code: \
		result->head.result = op_##name(&call); \
		break;
	PFW_OPERATIONS(X)
#undef X
	}
	if (failing)
		result->head.fault_mask |= disarm_failure(task);
}
