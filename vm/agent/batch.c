/* SPDX-License-Identifier: GPL-2.0 */
/* One program after the other: batches for a campaign, loops for a bench. */
#include <linux/time.h>

#include "agent.h"

#define TICK_US 100000

struct batch_head {
	u32 first;		/* BATCH: step_ms; BENCH: mode */
	u32 second;		/* BATCH: program_ms; BENCH: duration */
	u32 programs;
	u32 reserved;
};

struct wire_program {
	s32 index;
	u16 steps;
	u8 chaos;
	u8 regions;
	u8 tasks;
	u8 pins;
	u8 files;
	u8 reserved;
};

/* Wakes the wait for children now and then, so that limits are looked at. */
static void tick(u32 us)
{
	struct __kernel_old_itimerval every = { { 0, us }, { 0, us } };

	sys_call3(setitimer, 0 /* ITIMER_REAL */, &every, NULL);
}

/* The agent's tables have the sizes that the header's bounds follow from. */
static int in_bounds(const struct wire_step *step)
{
	u32 i;

	if (step->task >= PFW_MAX_TASKS || operation_args(step->op) != (int)step->args)
		return 0;
	for (i = 0; i < step->args; i++) {
		if (step->arg[i] > pfw_largest[step->op][i])
			return 0;
	}
	return 1;
}

/* Points the program's steps into the input; answers the bytes used, 0 if it is malformed. */
static u32 parse(const u8 *at, u32 left, struct wire_program *head)
{
	u32 used = sizeof(*head), i;

	if (left < used)
		return 0;
	__builtin_memcpy(head, at, sizeof(*head));
	if (head->steps > PFW_MAX_STEPS || head->regions > PFW_MAX_REGIONS || head->tasks > PFW_MAX_TASKS ||
	    head->pins > PFW_MAX_PINS || head->files > PFW_MAX_FILES)
		return 0;
	zero(PROGRAM, __builtin_offsetof(struct program, pfn));
	PROGRAM->step_count = head->steps;
	PROGRAM->regions = head->regions;
	for (i = 0; i < head->steps; i++) {
		const struct wire_step *step = (const void *)(at + used);

		if (left - used < 4 || left - used - 4 < 4u * step->args || !in_bounds(step) || (!i && step->task))
			return 0;
		PROGRAM->steps[i] = step;
		used += 4 + 4u * step->args;
	}
	return used;
}

static void chaos(u32 what)
{
	if (what == PFW_CHAOS_PANIC)
		write_file("/proc/sysrq-trigger", "c");
	if (what == PFW_CHAOS_FAULT_AND_HANG)
		write_file("/dev/kmsg", "<2>BUG: a fault that chaos asked for\n");
	while (what == PFW_CHAOS_HANG || what == PFW_CHAOS_FAULT_AND_HANG)
		sleep_us(1000000);
	if (what == PFW_CHAOS_GARBAGE)
		port_send_garbage();
	if (what == PFW_CHAOS_HALF_A_DEVICE_WRITE)
		sys_write(ARENA->pipe[1], &what, sizeof(what));
}

static void run_batch(const struct frame *frame)
{
	const struct batch_head *head = (const void *)INPUT;
	struct leftovers *left;
	u32 at = sizeof(*head), i;

	if (frame->length < sizeof(*head) || !head->programs || head->programs > PFW_MAX_PROGRAMS)
		refuse("a batch has no head, no program, or too many");
	ARENA->sequence = frame->sequence;
	ARENA->step_ms = head->first;
	ARENA->program_ms = head->second;
	announce(0xffffffffu);
	observe_baseline();
	tick(TICK_US);
	for (i = 0; i < head->programs; i++) {
		struct wire_program program;
		struct wire_result *result;
		u32 used = parse(INPUT + at, frame->length - at, &program);

		if (!used)
			refuse("a program of a batch is malformed");
		at += used;
		announce((u32)program.index);
		if (program.chaos)
			chaos(program.chaos);
		result = (struct wire_result *)port_payload();
		zero(result, sizeof(*result));
		result->index = program.index;
		program_run(result);
		port_finish_frame(FRAME_RESULT, PROGRAM->written);
		/* whatever an unkillable process does next, the host must know whose it is */
		if (ARENA->unreaped)
			port_flush();
	}
	tick(0);
	left = (struct leftovers *)port_payload();
	zero(left, sizeof(*left));
	observe_batch_left(left);
	port_finish_frame(FRAME_BATCH_DONE, sizeof(*left));
	port_flush();
}

static void run_bench(const struct frame *frame)
{
	const struct batch_head *head = (const void *)INPUT;
	struct {
		u64 programs;
		u64 elapsed_us;
		u64 bytes;
	} done = { 0 };
	struct leftovers left;
	u64 start = now_ns(), deadline = start + head->second * 1000000ull;

	if (frame->length < sizeof(*head) || !head->programs || head->programs > PFW_MAX_PROGRAMS)
		refuse("a bench has no head, no program, or too many");
	ARENA->sequence = frame->sequence;
	ARENA->step_ms = 10000;
	ARENA->program_ms = 20000;
	observe_baseline();
	tick(TICK_US);
	do {
		u32 at = sizeof(*head), i;

		for (i = 0; i < head->programs && now_ns() < deadline; i++) {
			struct wire_program program;
			u32 used = parse(INPUT + at, frame->length - at, &program);

			if (!used)
				refuse("a program of a bench is malformed");
			at += used;
			if (head->first == PFW_BENCH_BARE) {
				program_run_bare();
			} else {
				struct wire_result *result = (struct wire_result *)port_payload();

				announce((u32)program.index);
				zero(result, sizeof(*result));
				program_run(result);
				port_finish_frame(FRAME_RESULT, PROGRAM->written);
				done.bytes += ARENA->output_used;
				ARENA->output_used = 0;
			}
			done.programs++;
		}
	} while (now_ns() < deadline);
	tick(0);
	done.elapsed_us = (now_ns() - start) / 1000;
	/* what the last programs' rings release late must not count against the next frame */
	observe_batch_left(&left);
	port_send(FRAME_BENCH_DONE, &done, sizeof(done));
}

void run_batches(void)
{
	for (;;) {
		struct frame frame = port_receive();

		if (frame.type == FRAME_BATCH)
			run_batch(&frame);
		else if (frame.type == FRAME_BENCH)
			run_bench(&frame);
		else
			refuse("a frame to the guest has a type that the agent does not know");
	}
}
