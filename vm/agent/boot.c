/* SPDX-License-Identifier: GPL-2.0 */
/* From the kernel's hand-over to an agent that is ready: mounts, modules, the declared profile. */
#include <asm/signal.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/utsname.h>

#include "agent.h"

#define MIB_PAGES ((1u << 20) / PAGE_BYTES)
/* One part in so many: less than what the kernel takes from an area before it balances. */
#define CMA_TAKEN_OF 3
#define FIRST_SLOT_PFN ((4ull << 30) / PAGE_BYTES)

extern const char load_word_access[], store_word_access[], access_faulted[], signal_return[];

struct kernel_sigaction {
	void *handler;
	unsigned long flags;
	const void *restorer;
	unsigned long mask;
};

/* An access that faulted goes on at access_faulted; any other fault kills its process. */
static void on_fault(int number, void *info, struct ucontext *context)
{
	u64 at = context->uc_mcontext.rip;
	struct kernel_sigaction fatal = { 0 };

	(void)info;
	if (at == (u64)load_word_access || at == (u64)store_word_access) {
		context->uc_mcontext.rip = (u64)access_faulted;
		return;
	}
	sys_call(rt_sigaction, number, &fatal, NULL, 8, 0, 0);
}

static void on_alarm(int number)
{
	(void)number;
}

void catch_faults(void)
{
	struct kernel_sigaction fault = {
		.handler = on_fault,
		.flags = SA_SIGINFO | SA_RESTORER | SA_NODEFER,
		.restorer = signal_return,
	};
	struct kernel_sigaction alarm = {
		.handler = on_alarm,
		.flags = SA_RESTORER,
		.restorer = signal_return,
	};

	sys_call(rt_sigaction, SIGSEGV, &fault, NULL, 8, 0, 0);
	sys_call(rt_sigaction, SIGBUS, &fault, NULL, 8, 0, 0);
	sys_call(rt_sigaction, SIGALRM, &alarm, NULL, 8, 0, 0);
}

static long declared(char **environment, const char *key)
{
	for (; *environment; environment++) {
		long value = number_after(*environment, key);

		if (value >= 0)
			return value;
	}
	return -1;
}

/* Copies the value after `key` to a text of at least `size` bytes; answers whether it is declared and fits. */
static int declared_text(char **environment, const char *key, char *to, size_t size)
{
	size_t length = string_length(key);

	for (; *environment; environment++) {
		if (find_text(*environment, key) != *environment || string_length(*environment + length) >= size)
			continue;
		__builtin_memcpy(to, *environment + length, string_length(*environment + length) + 1);
		return 1;
	}
	return 0;
}

static void load_module(const char *path, const char *options)
{
	long fd = sys_open(path, O_RDONLY | O_CLOEXEC);
	long ret = fd < 0 ? fd : sys_call3(finit_module, fd, options, 0);

	if (ret < 0 && ret != -EEXIST) {
		write_file("/dev/kmsg", "pinfuzz: cannot load this module:\n");
		write_file("/dev/kmsg", path);
	}
	if (fd >= 0)
		sys_close((int)fd);
}

static void load_listed_modules(void)
{
	char path[256] = "/modules/", *options;
	char *text = ARENA->text;
	char *end;

	if (read_file("/modules/order", text, TEXT_BYTES) <= 0)
		return;
	for (; *text; text = end + 1) {
		for (end = text; *end && *end != '\n'; end++)
			;
		if (end > text && (size_t)(end - text) < sizeof(path) - 10) {
			__builtin_memcpy(path + 9, text, (size_t)(end - text));
			path[9 + (end - text)] = 0;
			for (options = path; *options && *options != ' '; options++)
				;
			if (*options)
				*options++ = 0;
			load_module(path, options);
		}
		if (!*end)
			break;
	}
}

/* Zones and their frames: what a guest without the module knows of a page's zone. */
static void read_zones(void)
{
	static const char *const names[] = { "DMA", "DMA32", "Normal", "Movable", "Device" };
	char *text = ARENA->text;
	char *line;

	ARENA->zone_count = 0;
	if (read_file("/proc/zoneinfo", text, TEXT_BYTES) <= 0)
		return;
	for (line = text; (line = find_text(line, "Node ")) && ARENA->zone_count < 16;) {
		char *zone = find_text(line, "zone");
		char *next = find_text(line + 1, "\nNode ");
		u32 at = ARENA->zone_count, i;
		long spanned, start;

		if (!zone)
			break;
		if (next)
			*next = 0;
		for (zone += 4; *zone == ' '; zone++)
			;
		spanned = number_after(line, " spanned ");
		start = number_after(line, "start_pfn:");
		ARENA->zones[at].zone = PFZ_ZONE_UNKNOWN;
		for (i = 0; i < 5; i++) {
			size_t length = string_length(names[i]);

			if (find_text(zone, names[i]) == zone && (zone[length] == '\n' || !zone[length]))
				ARENA->zones[at].zone = (u8)i;
		}
		ARENA->zones[at].node = (u8)number_after(line, "Node ");
		if (number_after(line, " managed ") > 0 && start >= 0 && spanned > 0) {
			ARENA->zones[at].start = (u64)start;
			ARENA->zones[at].end = (u64)(start + spanned);
			ARENA->zone_count++;
		}
		if (!next)
			break;
		line = next + 1;
	}
}

/* Of the switches that a kernel with mutants lists, the declared one is on and no other. */
static void verify_mutant(char **environment)
{
	static const char is_on[] = " on\n";
	char line[72] = "\n";
	char *list = ARENA->text;
	char *on;

	/* every name then follows a line end */
	list[0] = '\n';
	if (read_file("/proc/pinfuzz_mutants", list + 1, TEXT_BYTES - 1) <= 0)
		list[1] = 0;
	on = find_text(list, is_on);
	if (!declared_text(environment, "pfz_mutant=", line + 1, sizeof(line) - sizeof(is_on))) {
		if (on)
			refuse("the profile declares no mutant, but the kernel has one switched on");
		return;
	}
	if (!list[1])
		refuse("the profile declares a mutant, but the kernel has none (no /proc/pinfuzz_mutants); mutants-6.12 has");
	__builtin_memcpy(line + string_length(line), is_on, sizeof(is_on));
	if (!find_text(list, line))
		refuse("the kernel does not know the mutant that the profile declares; "
		       "its /proc/pinfuzz_mutants lists those that it has");
	if (find_text(on + 1, is_on))
		refuse("the kernel has more mutants switched on than the profile declares");
}

/* Pages of ZONE_MOVABLE on all nodes, where all of it lies at or above a frame; otherwise 0. */
static u64 movable_pages_from(u64 start)
{
	u64 pages = 0;
	u32 i;

	for (i = 0; i < ARENA->zone_count; i++) {
		if (ARENA->zones[i].zone != PFZ_ZONE_MOVABLE)
			continue;
		if (ARENA->zones[i].start < start)
			return 0;
		pages += ARENA->zones[i].end - ARENA->zones[i].start;
	}
	return pages;
}

static void verify_zones(char **environment)
{
	long nodes = declared(environment, "pfz_nodes=");
	long movable = declared(environment, "pfz_movable=");
	long hotplug_mib = declared(environment, "pfz_hotplug=");
	u32 i, node;

	for (node = 0; node < 8; node++) {
		u32 found = 0, movable_here = 0;

		for (i = 0; i < ARENA->zone_count; i++) {
			if (ARENA->zones[i].node != node)
				continue;
			found = 1;
			movable_here |= ARENA->zones[i].zone == PFZ_ZONE_MOVABLE;
		}
		if (!found)
			break;
		ARENA->nodes++;
		if (movable == 1 && !movable_here)
			refuse("the profile declares ZONE_MOVABLE on every node, but a node has none");
		if (movable == 0 && movable_here)
			refuse("the profile declares no ZONE_MOVABLE, but a node has one");
	}
	if (nodes >= 0 && (u32)nodes != ARENA->nodes)
		refuse("the guest has another number of memory nodes than its profile declares");
	/* memory of the boot ends below 4 GiB, slots begin there */
	if (hotplug_mib > 0 && movable_pages_from(FIRST_SLOT_PFN) != (u64)hotplug_mib * MIB_PAGES)
		refuse("the profile declares that all of ZONE_MOVABLE was added after boot, but the guest has other memory there");
}

static void verify_cma(char **environment)
{
	long declared_mib = declared(environment, "pfz_cma=");
	long kib;

	if (declared_mib < 0)
		return;
	if (read_file("/proc/meminfo", ARENA->text, TEXT_BYTES) <= 0)
		refuse("the agent cannot read /proc/meminfo");
	/* a kernel without CMA has no such line */
	kib = number_after(ARENA->text, "CmaTotal:");
	if ((kib > 0 ? kib : 0) != declared_mib << 10)
		refuse("the guest has another size of CMA areas than its profile declares");
}

static void verify_hugepages(char **environment)
{
	char path[] = "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages";
	long hugepages = declared(environment, "pfz_hugepages=");
	char text[32];
	u32 node;

	for (node = 0; hugepages > 0 && node < ARENA->nodes && node < 10; node++) {
		path[29] = (char)('0' + node);
		if (read_file(path, text, sizeof(text)) <= 0 ||
		    number_after(text, "") * (long)ARENA->nodes < hugepages)
			refuse("a node has fewer huge pages than the profile declares");
	}
}

/* The first page of a swap area (union swap_header, include/linux/swap.h); what mkswap writes. */
static long write_swap_header(const char *device, u64 bytes)
{
	u32 *info = (u32 *)(ARENA->text + 1024);
	long fd = sys_open(device, O_WRONLY | O_CLOEXEC);
	long ret;

	if (fd < 0)
		return fd;
	zero(ARENA->text, PAGE_BYTES);
	info[0] = 1;					/* version */
	info[1] = (u32)(bytes / PAGE_BYTES) - 1;	/* last page */
	__builtin_memcpy(ARENA->text + PAGE_BYTES - 10, "SWAPSPACE2", 10);
	ret = sys_write((int)fd, ARENA->text, PAGE_BYTES);
	sys_close((int)fd);
	return ret == (long)PAGE_BYTES ? 0 : -EIO;
}

static void make_swap(char **environment)
{
	long mib = declared(environment, "pfz_swap=");
	char size[24];
	u64 bytes, rest;
	u32 at = sizeof(size) - 1;

	if (read_file("/proc/swaps", ARENA->text, TEXT_BYTES) > 0 && find_text(ARENA->text, "\n/"))
		refuse("the guest has swap before the agent made any");
	if (mib <= 0)
		return;
	bytes = (u64)mib << 20;
	size[at] = 0;
	for (rest = bytes; rest; rest /= 10)
		size[--at] = (char)('0' + rest % 10);
	if (write_file("/sys/block/zram0/disksize", size + at) < 0)
		refuse("the profile declares swap, but /sys/block/zram0/disksize takes no size; the console says why");
	if (write_swap_header("/dev/zram0", bytes) < 0)
		refuse("the profile declares swap, but /dev/zram0 takes no header");
	if (sys_call3(swapon, "/dev/zram0", 0, 0) < 0)
		refuse("the profile declares swap, but the kernel does not use /dev/zram0 for it");
	if (read_file("/proc/meminfo", ARENA->text, TEXT_BYTES) <= 0 ||
	    number_after(ARENA->text, "SwapTotal:") != (long)(bytes >> 10) - 4)
		refuse("the guest has another size of swap than its profile declares");
}

/*
 * Small allocations come from what was freed last, and nothing that boot freed lies in a
 * CMA area. Memory that is taken in bulk comes from there while most of what is free is
 * there (__rmqueue, mm/page_alloc.c): taken and given back, it is what programs get next.
 */
static void turn_to_cma(char **environment)
{
	long mib = declared(environment, "pfz_cma=");
	size_t bytes = (size_t)mib / CMA_TAKEN_OF << 20;
	long at;

	if (mib <= 0)
		return;
	at = sys_mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (at < 0 && at > -4096)
		refuse("the profile declares a CMA area, but a part of its size cannot be mapped");
	sys_call3(munmap, at, bytes, 0);
}

static void verify(char **environment)
{
	verify_zones(environment);
	verify_cma(environment);
	verify_hugepages(environment);
	verify_mutant(environment);
}

/*
 * The edition that the command line declares, which is strict unless it says rfc. Read
 * there: a kernel that has the system call takes the word out of the environment.
 */
static int rfc_is_declared(void)
{
	return read_file("/proc/cmdline", ARENA->text, TEXT_BYTES) > 0 &&
	       find_text(ARENA->text, " mempinfd=rfc");
}

static void open_pin_module(char **environment)
{
	char strict[] = "canary=0 mempinfd=strict", rfc[] = "canary=0 mempinfd=rfc";
	char *options = rfc_is_declared() ? rfc : strict;
	struct pfz_version version;
	long canary = declared(environment, "pfz_canary=");
	long wanted = declared(environment, "pfz_module=");

	ARENA->module = -1;
	if (wanted != 1)
		return;
	options[7] = (char)('0' + (canary > 0 ? canary : 0));
	load_module("/modules/pinfuzz.ko", options);
	ARENA->module = (int)sys_open("/dev/pinfuzz", O_RDWR);
	if (ARENA->module < 0)
		refuse("the profile declares the module, but /dev/pinfuzz does not open; the console says why");
	if (sys_ioctl(ARENA->module, PFZ_IOC_VERSION, &version) || version.abi != PFZ_ABI_VERSION)
		refuse("the module speaks another version of its interface than the agent");
	if (version.canary != (u32)(canary > 0 ? canary : 0))
		refuse("the module has another canary than the profile declares");
	ARENA->canary = version.canary;
	ARENA->facilities |= PFW_FACILITY_MODULE;
}

static void quiet_background(void)
{
	/* what moves or merges pages by itself would be mistaken for what the program did */
	write_file("/sys/kernel/mm/transparent_hugepage/khugepaged/defrag", "0");
	write_file("/proc/sys/kernel/numa_balancing", "0");
	write_file("/sys/kernel/mm/ksm/run", "0");
	write_file("/proc/sys/vm/compaction_proactiveness", "0");
	write_file("/proc/sys/kernel/printk_ratelimit", "0");
	write_file("/proc/sys/kernel/sysrq", "1");
}

static void say_hello(void)
{
	struct {
		s32 version;
		s32 module;
		s32 canary;
		s32 facilities;
		char release[64];
	} hello = {
		.version = PFW_AGENT_VERSION,
		.module = ARENA->module >= 0,
		.canary = (s32)ARENA->canary,
		.facilities = (s32)ARENA->facilities,
	};

	__builtin_memcpy(hello.release, ARENA->release, sizeof(hello.release));
	port_send(FRAME_HELLO, &hello, sizeof(hello));
}

void boot(char **environment)
{
	struct new_utsname name;

	sys_call(mount, "proc", "/proc", "proc", 0, 0, 0);
	sys_call(mount, "sysfs", "/sys", "sysfs", 0, 0, 0);
	sys_call(mount, "devtmpfs", "/dev", "devtmpfs", 0, 0, 0);
	sys_call3(iopl, 3, 0, 0);
	load_listed_modules();
	port_open();
	catch_faults();
	quiet_background();
	read_zones();
	verify(environment);
	make_swap(environment);
	open_pin_module(environment);
	/* tasks have these at the same numbers, also after exec */
	ARENA->kmsg = (int)sys_open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	ARENA->kpageflags = (int)sys_open("/proc/kpageflags", O_RDONLY);
	ARENA->kpagecount = (int)sys_open("/proc/kpagecount", O_RDONLY);
	ARENA->compact = (int)sys_open("/proc/sys/vm/compact_memory", O_WRONLY);
	if (ARENA->compact >= 0)
		ARENA->facilities |= PFW_FACILITY_COMPACTION;
	if (ARENA->nodes > 1)
		ARENA->facilities |= PFW_FACILITY_NUMA;
	if (sys_call3(pipe2, ARENA->pipe, O_NONBLOCK, 0))
		refuse("the agent cannot make a pipe");
	if (uring_available())
		ARENA->facilities |= PFW_FACILITY_IO_URING;
	mempinfd_detect();
	mappings_detect();
	pins_detect();
	keep_detect();
	uffd_detect();
	mirror_detect();
	migration_detect();
	shortage_detect();
	turn_to_cma(environment);
	sys_call3(uname, &name, 0, 0);
	__builtin_memcpy(ARENA->release, name.release, sizeof(ARENA->release) - 1);
	say_hello();
}

static void on_shared_stack(void)
{
	/* the environment was left in the text buffer's place by agent_start */
	char **environment = *(char ***)ARENA->output;

	boot(environment);
	run_batches();
}

/* Huge pages where there are some: a new task then faults once instead of page by page. */
static void map_shared(u64 at, size_t bytes)
{
	int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_POPULATE;
	size_t huge = (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	long got = sys_mmap(at, huge, PROT_READ | PROT_WRITE, flags | MAP_HUGETLB, -1, 0);

	if (got < 0)
		got = sys_mmap(at, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
	if ((u64)got != at)
		sys_exit(1);
}

/* Maps what the agent, process 1, has at an address; answers 0, or a negated errno. */
static long map_agents(u64 at, size_t bytes)
{
	static const char digits[] = "0123456789abcdef";
	char path[] = "/proc/1/map_files/000000000000-000000000000";
	u64 end = at + bytes;
	long fd, got;
	u32 i;

	for (i = 0; i < 12; i++) {
		path[29 - i] = digits[at >> 4 * i & 15];
		path[42 - i] = digits[end >> 4 * i & 15];
	}
	fd = sys_open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fd;
	got = sys_mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE | MAP_POPULATE, (int)fd, 0);
	sys_close((int)fd);
	return got < 0 ? got : 0;
}

/* The same memory as the agent's, in huge pages or in small ones. */
static void map_agents_shared(u64 at, size_t bytes)
{
	size_t huge = (bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	size_t small = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;

	if (map_agents(at, huge) && map_agents(at, small))
		sys_exit(1);
}

static void executed(void)
{
	catch_faults();
	task_executed(PROGRAM->steps[PROGRAM->step]->task);
}

void agent_start(long *stack);
void agent_start(long *stack)
{
	char **environment = (char **)(stack + 1 + stack[0] + 1);

	/* a task that executed this file has its number as its argument; so may the kernel have words for process 1 */
	if (sys_call3(getpid, 0, 0, 0) != 1 && stack[0] > 1) {
		map_agents_shared((u64)ARENA, sizeof(struct arena));
		map_agents_shared((u64)INPUT, INPUT_BYTES);
		run_on_stack(ARENA->stacks[((const char *)stack[2])[0] - '0'] + STACK_BYTES, executed);
	}
	map_shared((u64)ARENA, sizeof(struct arena));
	map_shared((u64)INPUT, INPUT_BYTES);
	*(char ***)ARENA->output = environment;
	run_on_stack(ARENA->main_stack + sizeof(ARENA->main_stack), on_shared_stack);
}
