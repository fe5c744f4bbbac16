// SPDX-License-Identifier: GPL-2.0
/*
 * Before 5.13 a long-term pin leaves a shared page in ZONE_MOVABLE.
 *
 * LT-ZONE: After a successful long-term pin no pinned page lies in
 * ZONE_MOVABLE.
 * Source: check_and_migrate_movable_pages, mm/gup.c; commit d1e153fea2a8;
 * Documentation/core-api/pin_user_pages.rst. The zero page is the kernel
 * image's and exempt.
 *
 * Pins by: io_uring's fixed buffers.
 * Each case runs in a process of its own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/mempolicy.h>
#include <linux/types.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../kselftest.h"

static size_t page;	/* bytes of a page */

/* What all tasks of a test see: whose turn it is, and what did not hold. */
static struct {
	int turn;
	int failures;
} *shared;

__attribute__((format(printf, 2, 3)))
static void check(int holds, const char *what, ...)
{
	va_list arguments;
	char text[256];

	if (holds)
		return;
	va_start(arguments, what);
	vsnprintf(text, sizeof(text), what, arguments);
	va_end(arguments);
	ksft_print_msg("not as it should be: %s\n", text);
	__atomic_add_fetch(&shared->failures, 1, __ATOMIC_SEQ_CST);
}

/* What the test needs is not here, or the kernel refuses it: that is no failure. */
__attribute__((noreturn))
static void skip(const char *what)
{
	int error = errno;

	if (error)
		ksft_print_msg("SKIP %s: %s\n", what, strerror(error));
	else
		ksft_print_msg("SKIP %s\n", what);
	__atomic_store_n(&shared->turn, -1, __ATOMIC_SEQ_CST);	/* no other task waits for this one */
	_exit(4);
}

static void need(int done, const char *what)
{
	if (!done)
		skip(what);
}

/* The number of the frame that a page lies in, 0 if none. */
static unsigned long frame_of(char *address)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	if (fd < 0 || pread(fd, &entry, sizeof(entry), (uintptr_t)address / page * sizeof(entry)) != sizeof(entry))
		skip("/proc/self/pagemap");
	close(fd);
	if (!(entry >> 63))
		return 0;
	entry &= (1ULL << 55) - 1;
	errno = 0;
	if (!entry)
		skip("frame numbers are hidden: run as root");
	return entry;
}

/* Whether a frame lies in ZONE_MOVABLE of some node. */
static int is_movable(unsigned long frame)
{
	FILE *zones = fopen("/proc/zoneinfo", "re");
	unsigned long spanned = 0, start;
	int movable = 0, any = 0, found = 0;
	char line[256], zone[32];

	if (!zones)
		skip("/proc/zoneinfo");
	while (fgets(line, sizeof(line), zones)) {
		if (sscanf(line, "Node %*d, zone %31s", zone) == 1)
			movable = !strcmp(zone, "Movable");
		else if (sscanf(line, " spanned %lu", &spanned) == 1)
			any |= movable && spanned;
		else if (sscanf(line, " start_pfn: %lu", &start) == 1)
			found |= movable && frame >= start && frame < start + spanned;
	}
	fclose(zones);
	errno = 0;
	if (!any)
		skip("no memory in ZONE_MOVABLE: boot with movablecore=");
	return found;
}

/* A pin by io_uring: a fixed buffer, which the kernel pins for writing and for long. */
struct uring_pin {
	int fd;
	int pipe[2];
	char *start;
	char *rings;
	struct io_uring_sqe *entry;
	struct io_uring_params params;
};

static void uring_open(struct uring_pin *pin)
{
	struct io_uring_params *p = &pin->params;
	size_t submit, complete;

	pin->fd = syscall(SYS_io_uring_setup, 1, p);
	need(pin->fd >= 0, "io_uring_setup");
	need(p->features & IORING_FEAT_SINGLE_MMAP, "io_uring without a single mapping of its rings");
	submit = p->sq_off.array + p->sq_entries * sizeof(unsigned int);
	complete = p->cq_off.cqes + p->cq_entries * sizeof(struct io_uring_cqe);
	pin->rings = mmap(NULL, submit > complete ? submit : complete, PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_POPULATE, pin->fd, IORING_OFF_SQ_RING);
	need(pin->rings != MAP_FAILED, "mapping io_uring's rings");
	pin->entry = mmap(NULL, sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_POPULATE, pin->fd, IORING_OFF_SQES);
	need(pin->entry != MAP_FAILED, "mapping io_uring's entries");
	need(!pipe(pin->pipe), "pipe");
}

/* Answers how many pages it pinned, all or none. */
static long uring_pin(struct uring_pin *pin, char *start, size_t pages)
{
	struct iovec buffer = { .iov_base = start, .iov_len = pages * page };

	pin->start = start;
	if (syscall(SYS_io_uring_register, pin->fd, IORING_REGISTER_BUFFERS, &buffer, 1))
		return -errno;
	return (long)pages;
}

/* What the steps name. */
static char *r0;
static long k0_pages;
static struct uring_pin k0_uring;

/*
 * Before 5.13 a long-term pin leaves a shared page in ZONE_MOVABLE.
 */
static void longterm_movable_shared(void)
{
	uring_open(&k0_uring);

	/* t0: mmap region=r0 pages=1 sharing=shared protection=read-write */
	r0 = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	need(r0 != MAP_FAILED, "mmap");

	/* t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=long path=slow */
	k0_pages = uring_pin(&k0_uring, r0, 1);
	for (long i = 0; i < k0_pages; i++)
		check(!is_movable(frame_of(r0 + i * page)),
		      "page %ld of a long-term pin lies in ZONE_MOVABLE", i);
}

static const struct {
	const char *sentence;
	void (*run)(void);
} cases[] = {
	{ "Before 5.13 a long-term pin leaves a shared page in ZONE_MOVABLE.", longterm_movable_shared },
};

static void run(int number)
{
	const char *sentence = cases[number].sentence;
	int status = 0;
	pid_t test;

	shared->failures = 0;
	shared->turn = 0;
	fflush(stdout);
	test = fork();
	if (test < 0)
		ksft_exit_fail_msg("fork: %s\n", strerror(errno));
	if (!test) {
		setpgid(0, 0);
		alarm(10);	/* a task that died would be waited for */
		cases[number].run();
		_exit(shared->failures ? KSFT_FAIL : KSFT_PASS);
	}
	waitpid(test, &status, 0);
	kill(-test, SIGKILL);	/* tasks that it left */
	if (WIFEXITED(status) && WEXITSTATUS(status) == KSFT_SKIP)
		ksft_test_result_skip("%s\n", sentence);
	else
		ksft_test_result(WIFEXITED(status) && !WEXITSTATUS(status), "%s\n", sentence);
}

int main(void)
{
	size_t count = sizeof(cases) / sizeof(cases[0]);

	ksft_print_header();
	if (geteuid())
		ksft_exit_skip("needs root, for frame numbers and counters\n");
	page = sysconf(_SC_PAGESIZE);
	setlinebuf(stdout);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		ksft_exit_fail_msg("mmap: %s\n", strerror(errno));
	ksft_set_plan(count);
	for (size_t i = 0; i < count; i++)
		run(i);
	ksft_finished();
}
