/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of this folder share: cases that print TAP, memory to pin, the
 * module's facts of it, children. Static, so that a test stays one file to
 * compile; a test need not use all.
 */
#ifndef PINFUZZ_TEST_H
#define PINFUZZ_TEST_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../pinfuzz_uapi.h"

#pragma GCC diagnostic ignored "-Wunused-function"

#define MODULE_PATH	"/modules/pinfuzz.ko"
#define PAGE		4096UL

static int dev = -1;
static int kernel;		/* 510 for 5.10, 612 for 6.12 */
static int cases, failed_cases;
static bool case_failed;
static const char *case_skipped;

/* ---- TAP ---- */

static void fail(int line, const char *format, ...)
{
	va_list args;

	case_failed = true;
	printf("# line %d: ", line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

#define EXPECT(condition) \
	do { \
		if (!(condition)) \
			fail(__LINE__, "not so: %s", #condition); \
	} while (0)

#define EXPECT_EQUAL(is, should) \
	do { \
		long long is_ = (is), should_ = (should); \
		if (is_ != should_) \
			fail(__LINE__, "%s is %lld, not %lld", #is, is_, should_); \
	} while (0)

/* The call answers -1 and this errno. */
#define EXPECT_ERROR(call, number) \
	do { \
		errno = 0; \
		long long is_ = (call); \
		if (is_ != -1 || errno != (number)) \
			fail(__LINE__, "%s answered %lld, errno %d (%s), not errno %d", #call, is_, \
			     errno, strerror(errno), (number)); \
	} while (0)

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	fflush(stdout);
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	exit(1);
}

/* ---- what the tests need ---- */

static struct pfz_counters counters(void)
{
	struct pfz_counters c;

	if (ioctl(dev, PFZ_IOC_COUNTERS, &c))
		die("PFZ_IOC_COUNTERS");
	return c;
}

/* Pins that the kernel counts as outstanding. */
static long long balance(void)
{
	struct pfz_counters c = counters();

	return c.foll_pin_acquired - c.foll_pin_released;
}

static char *map(size_t pages, int prot, int flags)
{
	char *at = mmap(NULL, pages * PAGE, prot, MAP_ANONYMOUS | flags, -1, 0);

	if (at == MAP_FAILED)
		die("mmap");
	madvise(at, pages * PAGE, MADV_NOHUGEPAGE);
	return at;
}

static char *touched(size_t pages)
{
	char *at = map(pages, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	size_t i;

	for (i = 0; i < pages; i++)
		*(uint64_t *)(at + i * PAGE) = 0x1000 + i;
	return at;
}

static void unmap(char *at, size_t pages)
{
	if (munmap(at, pages * PAGE))
		die("munmap");
}

static int pin_at(struct pfz_pin *pin, const void *addr, uint32_t pages, uint32_t flags)
{
	memset(pin, 0xee, sizeof(*pin));
	pin->addr = (uintptr_t)addr;
	pin->pages = pages;
	pin->flags = flags;
	pin->stride = PAGE;
	pin->pid = 0;
	return ioctl(dev, PFZ_IOC_PIN, pin);
}

static int query(struct pfz_page *pages, uint32_t count)
{
	struct pfz_query arg = { .pages = (uintptr_t)pages, .count = count };

	return ioctl(dev, PFZ_IOC_QUERY, &arg);
}

static struct pfz_page facts_of(uint64_t pfn)
{
	struct pfz_page page;

	memset(&page, 0xee, sizeof(page));
	page.pfn = pfn;
	if (query(&page, 1))
		die("PFZ_IOC_QUERY");
	return page;
}

/* Frame that an address maps, 0 for none. */
static uint64_t pfn_of(const void *addr)
{
	static int pagemap_fd = -1;
	static pid_t owner;
	uint64_t entry;

	if (pagemap_fd < 0 || owner != getpid()) {
		pagemap_fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
		owner = getpid();
	}
	if (pread(pagemap_fd, &entry, 8, (uintptr_t)addr / PAGE * 8) != 8)
		die("/proc/self/pagemap");
	return entry >> 63 ? entry & ((1ULL << 55) - 1) : 0;
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* In a child: exits 0 when nothing failed there. */
static void child_exit(void)
{
	fflush(stdout);
	_exit(case_failed ? 1 : 0);
}

static void expect_child_ok(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static pid_t fork_flushed(void)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		die("fork");
	return child;
}

/* ---- running ---- */

static void load_module(const char *parameters)
{
	int fd = open(MODULE_PATH, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0))
		die("cannot load " MODULE_PATH);
	close(fd);
}

static void open_device(void)
{
	dev = open("/dev/pinfuzz", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		die("/dev/pinfuzz");
}

static void reload_module(const char *parameters)
{
	close(dev);
	if (syscall(SYS_delete_module, "pinfuzz", O_NONBLOCK))
		die("cannot unload pinfuzz");
	load_module(parameters);
	open_device();
}

static void run(const char *name, void (*test)(void))
{
	case_failed = false;
	case_skipped = NULL;
	test();
	cases++;
	failed_cases += case_failed;
	printf("%sok %d - %s", case_failed ? "not " : "", cases, name);
	printf(case_skipped && !case_failed ? " # SKIP %s\n" : "\n", case_skipped);
	fflush(stdout);
}

#define RUN(test) run(#test, test)

/* As PID 1 mounts what tests need. Answers whether it is PID 1. */
static bool guest_begin(void)
{
	struct utsname system;
	int major, minor;
	bool guest = getpid() == 1;

	if (guest) {
		mkdir("/proc", 0755);
		mkdir("/sys", 0755);
		mkdir("/dev", 0755);
		mount("proc", "/proc", "proc", 0, NULL);
		mount("sysfs", "/sys", "sysfs", 0, NULL);
		mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	}
	uname(&system);
	sscanf(system.release, "%d.%d", &major, &minor);
	kernel = major * 100 + minor;
	printf("TAP version 13\n# %s\n", system.release);
	return guest;
}

/* The plan; PID 1 powers off. Answers the status to exit with. */
static int guest_end(bool guest)
{
	printf("1..%d\n", cases);
	fflush(stdout);
	if (guest)
		reboot(RB_POWER_OFF);
	return failed_cases ? 1 : 0;
}

#endif /* PINFUZZ_TEST_H */
