// SPDX-License-Identifier: GPL-2.0
/*
 * Before 5.19 a page that is pinned for writing is copied at the first write
 * after mprotect took the right to write and gave it back.
 *
 * PIN-COHERENT-W: While a page is pinned for writing, device and owner see the
 * same bytes: no copy on write.
 * Source: do_wp_page, mm/memory.c; fork from 5.9 (commits 008cfe4418b3,
 * 70e806e4e645), mprotect and all others from 5.19 (PG_anon_exclusive, commit
 * 6c287605fd56)
 *
 * Pins by: io_uring's fixed buffers.
 * Exit code: 0 pass, 1 fail, 4 skip.
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
	printf("not as it should be: %s\n", text);
	__atomic_add_fetch(&shared->failures, 1, __ATOMIC_SEQ_CST);
}

/* What the test needs is not here, or the kernel refuses it: that is no failure. */
__attribute__((noreturn))
static void skip(const char *what)
{
	int error = errno;

	if (error)
		printf("SKIP %s: %s\n", what, strerror(error));
	else
		printf("SKIP %s\n", what);
	__atomic_store_n(&shared->turn, -1, __ATOMIC_SEQ_CST);	/* no other task waits for this one */
	_exit(4);
}

static void need(int done, const char *what)
{
	if (!done)
		skip(what);
}

/* One value at the start of each page, the next page's being one more. */
static void write_pages(char *start, size_t pages, unsigned long value)
{
	for (size_t i = 0; i < pages; i++)
		*(volatile unsigned long *)(start + i * page) = value + i;
}

static unsigned long value_at(char *address)
{
	return *(volatile unsigned long *)address;
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

/* Moves one value between the pipe and a page of the buffer, as a device would. */
static void uring_transfer(struct uring_pin *pin, int operation, int fd, size_t index)
{
	struct io_uring_params *p = &pin->params;
	unsigned int *tail = (unsigned int *)(pin->rings + p->sq_off.tail);
	unsigned int *head = (unsigned int *)(pin->rings + p->cq_off.head);
	struct io_uring_cqe *done = (struct io_uring_cqe *)(pin->rings + p->cq_off.cqes);
	unsigned int *array = (unsigned int *)(pin->rings + p->sq_off.array);

	memset(pin->entry, 0, sizeof(*pin->entry));
	pin->entry->opcode = operation;
	pin->entry->fd = fd;
	pin->entry->addr = (uintptr_t)pin->start + index * page;
	pin->entry->len = sizeof(unsigned long);
	array[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	need(syscall(SYS_io_uring_enter, pin->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "io_uring_enter");
	done += *head & (p->cq_entries - 1);
	errno = done->res < 0 ? -done->res : 0;
	need(done->res == sizeof(unsigned long), "a transfer through the fixed buffer");
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
}

static unsigned long uring_read(struct uring_pin *pin, size_t index)
{
	unsigned long value = 0;

	uring_transfer(pin, IORING_OP_WRITE_FIXED, pin->pipe[1], index);
	need(read(pin->pipe[0], &value, sizeof(value)) == sizeof(value), "reading the pipe");
	return value;
}

/* What the steps name. */
static char *r0;
static long k0_pages;
static struct uring_pin k0_uring;

/*
 * Before 5.19 a page that is pinned for writing is copied at the first write
 * after mprotect took the right to write and gave it back.
 */
static void test(void)
{
	uring_open(&k0_uring);

	/* t0: mmap region=r0 pages=1 sharing=private protection=read-write */
	r0 = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	need(r0 != MAP_FAILED, "mmap");

	/* t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=short path=slow */
	k0_pages = uring_pin(&k0_uring, r0, 1);
	need(k0_pages == 1, "pinning");

	/* t0: mprotect region=r0 first=0 pages=1 protection=read */
	need(!mprotect(r0, page, PROT_READ), "mprotect");

	/* t0: mprotect region=r0 first=0 pages=1 protection=read-write */
	need(!mprotect(r0, page, PROT_READ | PROT_WRITE), "mprotect");

	/* t0: write region=r0 first=0 pages=1 */
	write_pages(r0, 1, 0x500);

	/* What devices and tasks see now. */
	check(uring_read(&k0_uring, 0) == 0x500,
	      "the device reads value of step 4 through k0 page 0");
	check(value_at(r0) == 0x500, "t0 reads value of step 4 in r0 page 0");

	/* The owner writes what is pinned. */
	write_pages(r0, 1, 0x600);

	/* Whoever shares the pages sees it, nobody else does. */
	check(uring_read(&k0_uring, 0) == 0x600,
	      "the device reads value of step 5 through k0 page 0");
	check(value_at(r0) == 0x600, "t0 reads value of step 5 in r0 page 0");
}

int main(void)
{
	page = sysconf(_SC_PAGESIZE);
	setlinebuf(stdout);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return 4;
	alarm(60);	/* a task that died would be waited for */
	test();
	printf("%s\n", shared->failures ? "FAIL" : "PASS");
	return !!shared->failures;
}
