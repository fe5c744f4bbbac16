/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One program. Each task is a process; all are children of the agent, so that one
 * wait sees every end. Tasks take turns through the steps: whoever finished a step
 * finds the next one's task and wakes it. When the steps are over, every task reads
 * through its pins, then its memory; then all exit.
 */
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "agent.h"

#define REAP_LIMIT_NS 3000000000ull

static void futex_wait(u32 *word, u32 while_it_is)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == while_it_is)
		sys_call(futex, word, FUTEX_WAIT, while_it_is, NULL, 0, 0);
}

static void futex_set(u32 *word, u32 value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	sys_call(futex, word, FUTEX_WAKE, 1, NULL, 0, 0);
}

static u32 elapsed_us(u64 now)
{
	return (u32)((now - PROGRAM->start_ns) / 1000);
}

static u8 *result_end(void)
{
	return port_payload() + PROGRAM->written;
}

static void write_record(const struct step_record *head)
{
	__builtin_memcpy(result_end(), head, sizeof(*head));
	PROGRAM->written += sizeof(*head);
}

/* The step is over and its record is written. The two numbers belong together: see program_run. */
static void step_done(void)
{
	PROGRAM->step++;
	PROGRAM->whole_written = PROGRAM->written;
	PROGRAM->whole_steps = PROGRAM->step;
}

static void record_without_facts(u8 status, s64 result)
{
	struct step_record head = { .status = status, .result = result };

	head.start_us = elapsed_us(PROGRAM->step_start_ns);
	head.end_us = head.start_us;
	write_record(&head);
}

/* Writes a finished step with its facts: head, values, mappings, pages. */
static void record_step(u32 task, struct step_result *result)
{
	u8 *start = result_end();
	u8 *at = start + sizeof(struct step_record);
	struct wire_mapping *mappings;
	struct pfz_page *pages;
	u32 count = 0;

	if (result->head.status != PFW_STATUS_DONE)
		result->head.watched = 0;
	if (result->head.watched) {
		accounts_after(result->head.watched, (struct wire_accounts *)at);
		at += sizeof(struct wire_accounts);
	}
	if (result->head.status == PFW_STATUS_DONE) {
		__builtin_memcpy(at, result->values, result->head.values * 8u);
		at += result->head.values * 8u;
		mappings = (struct wire_mapping *)at;
		if (PROGRAM->born_mappings) {
			__builtin_memcpy(mappings, PROGRAM->born_mapping,
					 PROGRAM->born_mappings * sizeof(*mappings));
			count = PROGRAM->born_mappings;
			PROGRAM->born_mappings = 0;
		}
		/* the pages follow the mappings, whose number is known only afterwards */
		pages = PROGRAM->end_page;
		result->head.pages = (u8)observe_step(task, result, mappings, &count, pages);
		result->head.mappings = (u8)count;
		at += count * sizeof(*mappings);
		__builtin_memcpy(at, pages, result->head.pages * sizeof(*pages));
		at += result->head.pages * sizeof(*pages);
	}
	result->head.start_us = elapsed_us(PROGRAM->step_start_ns);
	PROGRAM->step_start_ns = now_ns();
	result->head.end_us = elapsed_us(PROGRAM->step_start_ns);
	__builtin_memcpy(start, &result->head, sizeof(result->head));
	PROGRAM->written += (u32)(at - start);
}

static void give_turn(s32 task)
{
	__atomic_store_n(&PROGRAM->owner, task, __ATOMIC_SEQ_CST);
	futex_set(&PROGRAM->tasks[task].go, 1);
}

/* Whether the task reads through a pin at the end: of the tasks that hold it, the first does. */
static int reads_pins(s32 task)
{
	u32 i;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		if (PROGRAM->pins[i].live && PROGRAM->pins[i].by != BY_MEMPINFD &&
		    __builtin_ctz(PROGRAM->pins[i].holders) == task)
			return 1;
	}
	return 0;
}

/* The next living task after the cursor that the phase needs, or -1. */
static s32 next_observer(void)
{
	while (++PROGRAM->cursor < (s32)PFW_MAX_TASKS) {
		if (PROGRAM->tasks[PROGRAM->cursor].alive &&
		    (PROGRAM->phase != PHASE_PINS || reads_pins(PROGRAM->cursor)))
			return PROGRAM->cursor;
	}
	PROGRAM->cursor = -1;
	return -1;
}

static void write_read(const struct wire_read *read)
{
	__builtin_memcpy(result_end(), read, sizeof(*read));
	PROGRAM->written += sizeof(*read);
	PROGRAM->reads++;
}

/* Before the first task ends: what it has pinned by a descriptor in another's memory ends with it. */
static void read_charges(void)
{
	u32 task;

	for (task = 0; task < PFW_MAX_TASKS; task++) {
		struct wire_read locked = { 2, (u8)task, 0, 0, 0, 0, 0 };
		struct wire_read pinned = { 3, (u8)task, 0, 0, 0, 0, 0 };
		struct pfz_charges charges;

		if (charges_of(task, &charges))
			continue;
		locked.value = charges.locked_vm;
		pinned.value = charges.pinned_vm;
		write_read(&locked);
		write_read(&pinned);
	}
}

/* Finds who goes on after the step before PROGRAM->step, and wakes it unless it is the caller. */
static void pass_turn(s32 self)
{
	s32 next = -1;

	if (PROGRAM->phase == PHASE_STEPS) {
		while (PROGRAM->step < PROGRAM->step_count) {
			next = PROGRAM->steps[PROGRAM->step]->task;
			if (PROGRAM->tasks[next].alive)
				break;
			record_without_facts(PFW_STATUS_SKIPPED, 0);
			step_done();
		}
		if (PROGRAM->step == PROGRAM->step_count) {
			PROGRAM->phase = PHASE_PINS;
			PROGRAM->cursor = -1;
		}
	}
	if (PROGRAM->phase == PHASE_PINS) {
		next = next_observer();
		if (next < 0) {
			PROGRAM->end_pages = observe_pinned_pages(PROGRAM->end_page);
			read_charges();
			PROGRAM->phase = PHASE_MEMORY;
		}
	}
	if (PROGRAM->phase == PHASE_MEMORY) {
		next = next_observer();
		if (next < 0)
			PROGRAM->phase = PHASE_EXIT;
	}
	if (PROGRAM->phase == PHASE_EXIT) {
		next = next_observer();
		if (next < 0)
			PROGRAM->phase = PHASE_DONE;
	}
	if (PROGRAM->phase == PHASE_DONE)
		PROGRAM->owner = -1;
	else if (next == self)
		PROGRAM->owner = self;
	else
		give_turn(next);
}

static void read_pins(u32 task)
{
	u32 i, page;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		struct pin_state *pin = &PROGRAM->pins[i];
		u64 values[PFW_MAX_REGION_PAGES];
		long ret;

		if (!pin->live || pin->by == BY_MEMPINFD || (u32)__builtin_ctz(pin->holders) != task)
			continue;
		ret = pin_read(pin, values);
		for (page = 0; page < pin->pages; page++) {
			struct wire_read read = { 0, (u8)task, (u8)i, (u8)page, ret < 0, values[page], 0 };

			write_read(&read);
		}
	}
}

static void read_memory(u32 task)
{
	u64 entries[PFW_MAX_REGION_PAGES];
	u32 region, page;

	for (region = 0; region < PROGRAM->regions; region++) {
		if (region_entries(task, region, entries) < 0)
			continue;
		for (page = 0; page < PFW_MAX_REGION_PAGES; page++) {
			struct wire_read read = { 1, (u8)task, (u8)region, (u8)page, 0, 0, entries[page] };

			/* present or swapped out: a read shows what nobody has seen since */
			if (!(entries[page] >> 62))
				continue;
			read.faulted = load_word((u64 *)slot_address(region, page), &read.value);
			write_read(&read);
		}
	}
}

static void run_step(u32 task)
{
	const struct wire_step *step = PROGRAM->steps[PROGRAM->step];
	struct step_result result;

	zero(&result, sizeof(result));
	operation_run(task, PROGRAM->step, step, &result, 0);
	record_step(task, &result);
	step_done();
}

/* A task's life: wait for the turn, use it, pass it on. */
static __attribute__((noreturn)) void task_main(long number)
{
	struct task_state *self = &PROGRAM->tasks[number];

	for (;;) {
		while (__atomic_load_n(&PROGRAM->owner, __ATOMIC_SEQ_CST) != number) {
			futex_wait(&self->go, 0);
			__atomic_exchange_n(&self->go, 0, __ATOMIC_SEQ_CST);
		}
		if (PROGRAM->phase == PHASE_STEPS) {
			run_step((u32)number);
		} else if (PROGRAM->phase == PHASE_PINS) {
			read_pins((u32)number);
		} else if (PROGRAM->phase == PHASE_MEMORY) {
			read_memory((u32)number);
		} else {
			self->finished = 1;
		}
		pass_turn((s32)number);
		if (self->finished)
			sys_exit(0);
	}
}

/*
 * Without the module nobody but a process itself can tell its page table cheaply:
 * a forked task then first says what it sees where its parent has pins.
 */
static void forked_main(long number)
{
	if (PROGRAM->born == 0) {
		/* the parent waits, so the step is still its fork */
		u32 parent = PROGRAM->steps[PROGRAM->step]->task;

		PROGRAM->born_mappings = observe_own_pins((u32)number, PROGRAM->tasks[parent].memory,
							  PROGRAM->born_mapping);
		futex_set(&PROGRAM->born, 1);
	}
	task_main(number);
}

/* A task without turns, observation or records: it does its own steps one after the other. */
static void bare_main(long number)
{
	struct step_result result;
	u32 i;

	for (i = 0; i < PROGRAM->step_count; i++) {
		if (PROGRAM->steps[i]->task != number)
			continue;
		if (PROGRAM->steps[i]->op == PFW_OP_EXIT)
			break;
		zero(&result, sizeof(result));
		operation_run((u32)number, i, PROGRAM->steps[i], &result, 1);
	}
	PROGRAM->tasks[number].finished = 1;
	sys_exit(0);
}

/* Where a task goes on after exec: its step is over, and it has the turn. */
void task_executed(long number)
{
	struct step_result result;
	u32 i;

	zero(&result, sizeof(result));
	result.head.status = PFW_STATUS_DONE;
	result.head.watched = pfw_watched[PFW_OP_EXEC];
	if (PROGRAM->tasks[number].failing)
		result.head.fault_mask = disarm_failure_after_exec((u32)number);
	/* the module's pins end with their descriptors, which the kernel has closed */
	for (i = 0; i < PFW_MAX_PINS; i++) {
		const struct pin_state *pin = &PROGRAM->pins[i];

		if (pin->live && pin->by != BY_MEMPINFD && pin->holders & (1u << number))
			PROGRAM->pins_disturbed = 1;
	}
	drop_descriptors((u32)number);
	PROGRAM->tasks[number].memory = PROGRAM->memories++;
	record_step((u32)number, &result);
	step_done();
	pass_turn((s32)number);
	task_main(number);
}

static int has_pins(u32 task)
{
	u32 i;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		if (PROGRAM->pins[i].live && PROGRAM->pins[i].memory == PROGRAM->tasks[task].memory)
			return 1;
	}
	return 0;
}

static long start_task(u32 number, u32 memory, u64 flags, void (*function)(long))
{
	struct task_state *task = &PROGRAM->tasks[number];
	long pid;

	task->go = 0;
	task->pagemap = -1;
	task->memory = memory;
	task->dead = 0;
	task->fail_nth = 0;
	task->failing = 0;
	task->alive = 1;
	__atomic_fetch_add(&PROGRAM->living, 1, __ATOMIC_SEQ_CST);
	pid = clone_task(flags | CLONE_PARENT_SETTID | SIGCHLD, ARENA->stacks[number] + STACK_BYTES, &task->pid,
			 function, number);
	if (pid < 0) {
		task->alive = 0;
		__atomic_fetch_sub(&PROGRAM->living, 1, __ATOMIC_SEQ_CST);
	}
	return pid;
}

/* Before the child can run: it inherits the descriptors. */
static void inherit_descriptors(u32 parent, u32 child)
{
	u32 i;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		if (PROGRAM->pins[i].live && PROGRAM->pins[i].holders & (1u << parent))
			PROGRAM->pins[i].holders |= (u8)(1u << child);
	}
	for (i = 0; i < PFW_MAX_FILES; i++) {
		if (PROGRAM->files[i].holders & (1u << parent))
			PROGRAM->files[i].holders |= (u8)(1u << child);
	}
	mempinfd_fork(parent, child);
}

int task_fork(u32 parent, u32 child, int bare)
{
	long pid;

	inherit_descriptors(parent, child);
	PROGRAM->born = bare || ARENA->module >= 0 || !has_pins(parent);
	pid = start_task(child, PROGRAM->memories++, CLONE_PARENT, bare ? bare_main : forked_main);
	if (pid < 0)
		return (int)pid;
	if (!bare && ARENA->module >= 0)
		PROGRAM->born_mappings =
			observe_own_pins(child, PROGRAM->tasks[parent].memory, PROGRAM->born_mapping);
	futex_wait(&PROGRAM->born, 0);
	return 0;
}

int task_thread(u32 parent, u32 child, int bare)
{
	inherit_descriptors(parent, child);
	return (int)zero_or_error(start_task(child, PROGRAM->tasks[parent].memory, CLONE_PARENT | CLONE_VM,
					     bare ? bare_main : task_main));
}

void task_kill(u32 victim)
{
	struct task_state *task = &PROGRAM->tasks[victim];

	task->finished = 1;
	sys_call3(kill, task->pid, SIGKILL, 0);
	futex_wait(&task->dead, 0);
}

void drop_descriptors(u32 task)
{
	u32 i;

	for (i = 0; i < PFW_MAX_PINS; i++) {
		struct pin_state *pin = &PROGRAM->pins[i];

		pin->holders &= (u8)~(1u << task);
		if (!pin->holders && pin->by != BY_MEMPINFD)
			pin->live = 0;
	}
	for (i = 0; i < PFW_MAX_FILES; i++)
		PROGRAM->files[i].holders &= (u8)~(1u << task);
	mempinfd_left(task);
}

/* A task is gone. If it was its turn, its step ends here: an exit as it should, anything else as a death. */
static void reaped(int pid, int status)
{
	u32 number;
	int signal = status & 0x7f;

	for (number = 0; number < PFW_MAX_TASKS; number++) {
		if (PROGRAM->tasks[number].alive && PROGRAM->tasks[number].pid == pid)
			break;
	}
	if (number == PFW_MAX_TASKS)
		return;
	PROGRAM->tasks[number].alive = 0;
	__atomic_fetch_sub(&PROGRAM->living, 1, __ATOMIC_SEQ_CST);
	if (PROGRAM->tasks[number].finished) {
		/* whoever killed it has the turn */
		if (PROGRAM->phase == PHASE_STEPS) {
			drop_descriptors(number);
			futex_set(&PROGRAM->tasks[number].dead, 1);
		}
		return;
	}
	if (PROGRAM->end != PFW_END_COMPLETE)
		return;
	if (PROGRAM->phase == PHASE_STEPS && PROGRAM->owner == (s32)number) {
		int by_exit = PROGRAM->steps[PROGRAM->step]->op == PFW_OP_EXIT && !signal;

		drop_descriptors(number);
		PROGRAM->step_start_ns = now_ns();
		record_without_facts(by_exit ? PFW_STATUS_DONE : PFW_STATUS_DIED, by_exit ? 0 : -signal);
		step_done();
		if (!by_exit)
			PROGRAM->end = PFW_END_TASK_DIED;
	} else {
		PROGRAM->end = PFW_END_TASK_DIED;
	}
	if (PROGRAM->end == PFW_END_COMPLETE)
		pass_turn(-1);
}

static void kill_all(void)
{
	u32 i;

	for (i = 0; i < PFW_MAX_TASKS; i++) {
		if (PROGRAM->tasks[i].alive && PROGRAM->tasks[i].pid > 0)
			sys_call3(kill, PROGRAM->tasks[i].pid, SIGKILL, 0);
	}
}

/* Waits until all tasks are gone; kills them when time is up or one died out of turn. */
static void reap(void)
{
	u64 killed_at = 0;

	for (;;) {
		int status = 0;
		long pid;
		u64 now;

		/* a process that could not be killed before is still a child */
		if (!__atomic_load_n(&PROGRAM->living, __ATOMIC_SEQ_CST))
			return;
		if (PROGRAM->end != PFW_END_COMPLETE) {
			if (!killed_at)
				killed_at = now_ns();
			kill_all();
		}
		pid = sys_call(wait4, -1, &status, __WALL, NULL, 0, 0);
		if (pid > 0) {
			reaped((int)pid, status);
			continue;
		}
		if (pid == -ECHILD)
			return;
		now = now_ns();
		if (killed_at && now - killed_at > REAP_LIMIT_NS) {
			ARENA->unreaped += PROGRAM->living;
			return;
		}
		if (!killed_at && (now - PROGRAM->step_start_ns > ARENA->step_ms * 1000000ull ||
				   now - PROGRAM->start_ns > ARENA->program_ms * 1000000ull)) {
			PROGRAM->end = PFW_END_TIMED_OUT;
		}
	}
}

void program_run(struct wire_result *result)
{
	struct program *program = PROGRAM;

	uring_drain();
	lift_memory_limit();
	program->written = sizeof(*result);
	program->whole_written = program->written;
	program->start_ns = now_ns();
	program->step_start_ns = program->start_ns;
	/* a program starts with the turn of its first step's task, which is always t0 */
	program->owner = 0;
	if (program->step_count == 0) {
		program->phase = PHASE_PINS;
		program->cursor = 0;
	}
	if (start_task(0, PROGRAM->memories++, 0, task_main) < 0)
		program->end = PFW_END_NOT_STARTED;
	else
		reap();
	if (program->end != PFW_END_COMPLETE) {
		/* a task that was killed may have left half a record: only whole steps count */
		program->written = program->whole_written;
		program->step = program->whole_steps;
		program->end_pages = 0;
		program->reads = 0;
		if (program->end == PFW_END_TIMED_OUT && program->step < program->step_count) {
			record_without_facts(PFW_STATUS_TIMED_OUT, 0);
			program->step++;
		}
		for (; program->step < program->step_count; program->step++)
			record_without_facts(PFW_STATUS_NOT_RUN, 0);
	}
	__builtin_memcpy(result_end(), program->end_page, program->end_pages * sizeof(struct pfz_page));
	program->written += program->end_pages * (u32)sizeof(struct pfz_page);
	keep_nothing();
	result->end = (u8)program->end;
	result->steps = (u16)program->step_count;
	result->reads = (u16)program->reads;
	result->pages = (u16)program->end_pages;
	observe_program_left(&result->left);
}

void program_run_bare(void)
{
	PROGRAM->start_ns = now_ns();
	PROGRAM->step_start_ns = PROGRAM->start_ns;
	if (start_task(0, PROGRAM->memories++, 0, bare_main) >= 0)
		reap();
}
