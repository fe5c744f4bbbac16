/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The agent: /init of a guest. It takes batches of programs from a virtio port,
 * runs each program in processes of its own and sends back what they saw.
 *
 *   boot.c     mounts, modules, verification of the declared profile
 *   port.c     frames in and out
 *   batch.c    batches and benches: one program after the other
 *   program.c  one program: its tasks take turns through its steps
 *   operations.c  one function per operation, the basic ones
 *   mappings.c  mappings and files of all kinds, and advice on them
 *   pins.c     pins of all kinds, and what devices do through them
 *   mempinfd.c  descriptors of mempinfd, limits and exec
 *   keep.c     descriptors that belong to a memory
 *   uffd.c     userfaultfd
 *   mirror.c   the kernel's test device of HMM
 *   migration.c  what moves, merges and splits pages, and takes them out of use
 *   shortage.c  memory limits and allocations that are made to fail
 *   uring.c    pins through io_uring's fixed buffers
 *   accounts.c  the kernel's log and what it charges, around a step
 *   observe.c  facts of pages, counters, what is left behind
 *
 * All memory that is written while a program runs lies in `struct arena`, which is
 * shared between the processes: fork must neither copy nor write-protect it.
 */
#ifndef PINFUZZ_AGENT_H
#define PINFUZZ_AGENT_H

#include <linux/io_uring.h>

#include "mempinfd_uapi.h"
#include "pinfuzz_uapi.h"
#include "pinfuzz_wire.h"
#include "sys.h"

#define PAGE_BYTES		4096u
/* Slots of regions: huge-page aligned and far apart, inside one page of page tables' second level. */
#define SLOT_BASE		0x100000000000ull
#define SLOT_BYTES		(64ull << 20)
#define HUGE_BYTES		(2u << 20)
/* A slot's small pages are the last of its first huge page, so that nothing lies behind what a program sees. */
#define SMALL_OFFSET		(HUGE_BYTES - PFW_MAX_REGION_PAGES * PAGE_BYTES)

#define STACK_BYTES		(16u << 10)
#define INPUT_BYTES		(4u << 20)
#define FLUSH_BYTES		(256u << 10)
#define RESULT_BYTES		(896u << 10)
#define OUTPUT_BYTES		(FLUSH_BYTES + RESULT_BYTES)
#define TEXT_BYTES		(64u << 10)
#define MAX_PROGRAM_PFNS	(PFW_MAX_PINS * PFW_MAX_REGION_PAGES)
/* Of one step: the touched region and all pinned ranges, in the task and in a forked child. */
#define MAX_STEP_MAPPINGS	PFW_MAX_FACTS
#define MAX_STEP_PAGES		PFW_MAX_FACTS
/* Each step but the first can begin a memory: a fork, an exec. */
#define MAX_MEMORIES		(PFW_MAX_STEPS + 1)
#define MAX_KEPT		(2 * MAX_MEMORIES)

struct wire_step {
	u8 op;
	u8 lane;
	u8 task;
	u8 args;
	u32 arg[];
} __attribute__((packed));

struct task_state {
	int pid;
	u32 go;			/* futex: 1 when it is this task's turn */
	int pagemap;		/* its own /proc/self/pagemap, -1 until needed */
	u32 memory;		/* which memory it has: fork and exec give a new one */
	u8 alive;
	u8 finished;		/* it has nothing more to do and exits by itself */
	u32 dead;		/* futex: 1 when it was reaped */
	u32 fail_nth;		/* which allocation of its next step fails, 0 for none */
	int fail_fd;		/* while one is to fail */
	u8 failing;
};

enum pin_by {
	BY_MODULE,		/* its pins, file pins and holds */
	BY_URING,
	BY_MEMPINFD,
	BY_GUP_TEST,
	BY_PIPE,
};

struct pin_state {
	u8 live;
	u8 by;
	u8 part_given_back;	/* bit per page */
	u8 holders;		/* bit per task that has the descriptor */
	int fd;
	int other_fd;		/* by a pipe: its end for writing */
	u32 region;		/* where it was made */
	u32 first;
	u32 pages;
	u32 memory;		/* in whose memory the pages are */
	u32 mempinfd;		/* by mempinfd: the open file that holds it */
	u8 at_region[PFW_MAX_REGION_PAGES];	/* where the pages are now, NOWHERE_REGION once that is unknown */
	u8 at_page[PFW_MAX_REGION_PAGES];
	u64 pfns[PFW_MAX_REGION_PAGES];
	struct io_uring_params ring;
};

#define NOWHERE_REGION 0xff

struct descriptor_state {
	u8 holders;		/* bit per task that has it open */
	u32 mempinfd;		/* which open file it is: the number of its first descriptor */
	int fd[PFW_MAX_TASKS];
};

struct file_state {
	u8 exists;
	u8 holders;
	u8 huge;		/* its pages are those of the pool of huge pages */
	int fd;
};

enum phase {
	PHASE_STEPS,
	PHASE_PINS,		/* every task reads through the pins that it is the first to hold */
	PHASE_MEMORY,		/* every task reads its own memory */
	PHASE_EXIT,		/* and all end, so that nobody reads in frames that another's end gave back */
	PHASE_DONE,
};

struct wire_mapping {
	u8 task;
	u8 region;
	u8 page;
	u8 reserved[5];
	u64 entry;
};

/* One step while it runs, and the head of its record on the wire. */
struct step_record {
	u8 status;
	u8 values;
	u8 mappings;
	u8 pages;
	u32 fault_mask;
	s64 result;
	u32 start_us;
	u32 end_us;
	u32 watched;		/* struct wire_accounts follows */
	u32 reserved;
};

/* What the kernel's log and accounts say of a step. */
struct wire_accounts {
	s32 log_records;	/* -1: nobody could look */
	s32 pins_known;
	s32 pins_change;
	s32 reserved;
	s64 pinned_vm[PFW_MAX_TASKS];	/* pages, -1: unknown */
	char record[PFW_RECORD_BYTES];	/* the first of them, cut off */
};

struct step_result {
	struct step_record head;
	u64 values[PFW_MAX_REGION_PAGES];
	/* the range that the step touched */
	u32 region;
	u32 first;
	u32 pages;
	/* and another one */
	u32 also_region;
	u32 also_first;
	u32 also_pages;
};

struct wire_read {
	u8 source;
	u8 task;
	u8 handle;
	u8 page;
	s32 faulted;
	u64 value;
	u64 entry;
};

struct leftovers {
	s32 pins;
	s32 late_pins;
	s32 pin_descriptors;
	s32 pinned_frames;
	s32 processes;
	s32 mounts;
	s32 anon_pages;
	s32 shmem_pages;
	s32 huge_pages;
};

struct wire_result {
	s32 index;
	u8 end;
	u8 reserved;
	u16 steps;
	u16 reads;
	u16 pages;
	struct leftovers left;
};

/* One program while it runs. */
struct program {
	const struct wire_step *steps[PFW_MAX_STEPS];
	u32 step_count;
	u32 step;		/* the step that runs, or the next */
	enum phase phase;
	s32 owner;		/* the task whose turn it is, -1 for nobody */
	s32 cursor;		/* in the phases after the steps: the task that observes */
	u32 living;
	u32 regions;
	u32 end;		/* PFW_END_* */
	u32 born;		/* futex: a forked child has told what it sees */
	u32 born_mappings;
	u64 start_ns;
	u64 step_start_ns;
	u32 written;		/* bytes of the result so far */
	u32 whole_written;	/* as it was when the last step was over */
	u32 whole_steps;
	u32 reads;
	u32 end_pages;
	u32 pfns;		/* frames that the module pinned */
	u32 uring_pages;
	struct task_state tasks[PFW_MAX_TASKS];
	struct pin_state pins[PFW_MAX_PINS];
	struct file_state files[PFW_MAX_FILES];
	struct descriptor_state descriptors[PFW_MAX_DESCRIPTORS];
	u8 huge[PFW_MAX_REGIONS];	/* the region's pages are those of the pool of huge pages */
	u32 memories;		/* that were given to tasks */
	u32 kept;		/* descriptors that belong to memories */
	/* of each memory, the number under which it is kept and one more; 0: none */
	u8 mirror[MAX_MEMORIES];
	u8 uffd[MAX_MEMORIES];
	s64 pins_before;	/* the watched step */
	u32 pins_disturbed;	/* something else gives pins back during it */
	/* from here on nothing needs to be zero before a program starts */
	u64 pfn[MAX_PROGRAM_PFNS];
	struct wire_mapping born_mapping[PFW_MAX_PINS * PFW_MAX_REGION_PAGES];
	struct pfz_page end_page[MAX_STEP_PAGES];
};

struct arena {
	struct program program;
	/* set at boot */
	int port;
	int module;		/* /dev/pinfuzz, or -1 */
	int kmsg;		/* for reading, does not wait; -1 where it does not open */
	long mempinfd_call;	/* number of the system call, 0 where there is none */
	int pipe[2];		/* what io_uring's device reads and writes go through */
	int kpageflags;
	int kpagecount;
	int compact;
	int gup_test;		/* debugfs file of mm/gup_test.c, or -1 */
	int keep[2];		/* a socket's ends, see keep.c; the first is -1 where there are none */
	u64 uffd_features;
	u32 facilities;
	u32 canary;
	u32 nodes;
	u64 block_pages;	/* of memory that goes offline together */
	struct {
		u64 start;
		u64 end;
		u8 zone;
		u8 node;
	} zones[16];
	u32 zone_count;
	u32 crc_table[8][256];
	char release[64];
	/* of the batch that runs */
	u32 sequence;
	u32 step_ms;
	u32 program_ms;
	struct pfz_counters base;
	s32 base_mounts;
	s64 base_huge_pages;
	u32 late_pages;
	u32 unreaped;
	u32 soft_offlined;	/* frames that it may have taken out of use */
	u8 memory_limited;	/* the control group has a limit */
	u32 output_used;
	u8 stacks[PFW_MAX_TASKS][STACK_BYTES] __attribute__((aligned(PAGE_BYTES)));
	u8 main_stack[2 * STACK_BYTES] __attribute__((aligned(PAGE_BYTES)));
	u8 output[OUTPUT_BYTES] __attribute__((aligned(PAGE_BYTES)));
	char text[TEXT_BYTES];
	u8 pages[PFW_MAX_REGION_PAGES * PAGE_BYTES];	/* what gup_test reads */
};

/* Fixed, so that no process needs a pointer in private memory. */
#define ARENA ((struct arena *)0x300000000000ull)
#define INPUT ((u8 *)0x310000000000ull)
#define PROGRAM (&ARENA->program)

/* Bytes from one page of a region to the next. */
static inline u64 stride(u32 region)
{
	return PROGRAM->huge[region] ? HUGE_BYTES : PAGE_BYTES;
}

static inline u64 slot_address(u32 region, u32 page)
{
	u64 start = SLOT_BASE + region * SLOT_BYTES;

	return start + (PROGRAM->huge[region] ? HUGE_BYTES : SMALL_OFFSET) + page * stride(region);
}

/* start.S */
void run_on_stack(void *stack_top, void (*function)(void)) __attribute__((noreturn));
long clone_task(u64 flags, void *stack_top, int *pid, void (*function)(long), long task);
int load_word(const u64 *at, u64 *value);
int store_word(u64 *at, u64 value);

/* boot.c */
void boot(char **environment);
void catch_faults(void);

/* port.c */
enum {
	FRAME_BATCH = 1,
	FRAME_BENCH = 2,
	FRAME_HELLO = 16,
	FRAME_RESULT = 17,
	FRAME_BATCH_DONE = 18,
	FRAME_BENCH_DONE = 19,
	FRAME_REFUSED = 20,
};

#define FRAME_HEAD_BYTES 20

struct frame {
	u32 type;
	u32 sequence;
	u32 length;
};

void port_open(void);
/* Reads the next frame's payload into INPUT; refuses and halts on anything malformed. */
struct frame port_receive(void);
/* Makes a frame of `length` payload bytes that already lie behind a head's room at the output's end. */
void port_finish_frame(u32 type, u32 length);
u8 *port_payload(void);
void port_send(u32 type, const void *payload, u32 length);
void port_flush(void);
void port_send_garbage(void);
void refuse(const char *why) __attribute__((noreturn));
void announce(u32 index);

/* batch.c */
void run_batches(void) __attribute__((noreturn));

/* program.c */
/* Runs the parsed program; the result's records lie in the output behind a wire_result. */
void program_run(struct wire_result *result);
void program_run_bare(void);
int task_fork(u32 parent, u32 child, int bare);
int task_thread(u32 parent, u32 child, int bare);
/* Ends another task and waits until it was reaped. */
void task_kill(u32 victim);

void task_executed(long number) __attribute__((noreturn));
/* The task has no descriptor any more, by its end or by exec. */
void drop_descriptors(u32 task);

/* operations.c */
struct call {
	u32 task;
	u32 index;
	const void *args;
	struct step_result *result;
	int bare;
};

/* One function for each operation: what it may assume and what it does is said in operations.c. */
#define X(code, name, args) s64 op_##name(struct call *call);
PFW_OPERATIONS(X)
#undef X

/* Every operation on a range starts with region, first and pages. */
struct args_range {
	u32 region;
	u32 first;
	u32 pages;
};

void touched(const struct call *call, u32 region, u32 first, u32 pages);
void touched_also(const struct call *call, u32 region, u32 first, u32 pages);
/* Notes the range that a step touched; answers its first address. Needs arguments that start with a range. */
u64 range_start(const struct call *call);
size_t range_bytes(const struct call *call);
s64 zero_or_error(long ret);
s64 skipped(struct call *call);
s64 unsupported(struct call *call);
u64 token(const struct call *call, u32 page);
int protection_bits(u32 protection);
/* Another task to which something can be done, or NULL. */
struct task_state *victim_of(struct call *call, u32 victim);
void operation_run(u32 task, u32 index, const struct wire_step *step, struct step_result *result, int bare);
/* Number of arguments that an operation takes, or -1. */
int operation_args(u32 op);

/* mappings.c */
void mappings_detect(void);
struct file_state *usable_file(struct call *call, u32 number);
/* Pins of the pages that moved are looked at where they are now: from page `first` of a region on. */
void pins_moved(u32 memory, const struct args_range *from, u32 to, u32 first);

/* pins.c */
void pins_detect(void);
/* Makes the pin known to the program: its frames are watched. */
void publish_pin(struct call *call, struct pin_state *pin, u32 memory, u32 region, u32 first, u32 pages);
/* Frames of the pages of a range, as the page table has them right after; for pins that do not tell theirs. */
void frames_from_table(const struct call *call, struct pin_state *pin, u32 region, u32 first, u32 pages);
/* What a device reads in the pages of a pin; answers 0 or a negated errno. */
long pin_read(struct pin_state *pin, u64 *values);

/* mempinfd.c */
void mempinfd_detect(void);
void mempinfd_fork(u32 parent, u32 child);
/* The task's descriptors are closed, by its end or by exec. */
void mempinfd_left(u32 task);

/* keep.c */
void keep_detect(void);
/* Keeps a descriptor until the program is over; answers its number, or a negated errno. */
long keep(int fd);
/* A descriptor of what is kept, for the caller to close, or a negated errno. */
long kept(u32 number);
void keep_nothing(void);

/* uffd.c */
void uffd_detect(void);

/* mirror.c */
void mirror_detect(void);

/* migration.c */
void migration_detect(void);

/* shortage.c */
void shortage_detect(void);
/* Lifts what a program has limited, when its tasks are gone. */
void lift_memory_limit(void);
/* Makes an allocation of the calling task fail, by its number from here on. */
void arm_failure(u32 task);
/* Ends that; answers PFW_ALLOCATION_FAILED if one was made to fail. */
u32 disarm_failure(u32 task);
u32 disarm_failure_after_exec(u32 task);

/* accounts.c */
/* `watch` is PFW_WATCH_*: all accounts, or only how many pages are pinned. */
void accounts_before(u32 watch);
void accounts_after(u32 watch, struct wire_accounts *accounts);
/* What a task's memory is charged with; answers 0, or a negated errno. */
long charges_of(u32 task, struct pfz_charges *charges);

/* uring.c */
int uring_available(void);
long uring_pin(struct pin_state *pin, u32 region, u32 first, u32 pages);
long uring_unpin(struct pin_state *pin);
long uring_device_read(struct pin_state *pin, u64 *values);
long uring_device_write(struct pin_state *pin, const u64 *values);
void uring_drain(void);

/* observe.c */
long region_entries(u32 task, u32 region, u64 entries[PFW_MAX_REGION_PAGES]);
/* Facts of the frames whose numbers are set; answers how many are known. */
u32 page_facts(struct pfz_page *pages, u32 count);
u32 observe_step(u32 task, const struct step_result *result, struct wire_mapping *mappings, u32 *count,
		 struct pfz_page *pages);
u32 observe_own_pins(u32 task, u32 memory, struct wire_mapping *mappings);
u32 observe_pinned_pages(struct pfz_page *pages);
void observe_baseline(void);
void observe_program_left(struct leftovers *left);
void observe_batch_left(struct leftovers *left);

#endif
