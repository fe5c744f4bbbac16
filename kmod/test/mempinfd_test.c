// SPDX-License-Identifier: GPL-2.0
/*
 * Test of mempinfd on the kernel that runs it: the 19 points of its review, in
 * docs/decisions/0006-mempinfd.md, in the edition that the kernel's command
 * line names, through /dev/mempinfd and, where the kernel has it, through the
 * system call. A point is one case, or one for each edition. Runs as module_test.c does.
 *
 *	gcc -O2 -Wall -static -pthread -o init mempinfd_test.c
 */
#include "test.h"

#include <linux/capability.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "../mempinfd_uapi.h"

/* A call that must not return is watched for this long. */
#define STUCK_MS	300

static bool strict;
static long system_call;	/* its number; 0: the cases go through the device */

/* ---- what the cases need ---- */

static int try_mempinfd(void)
{
	if (system_call)
		return syscall(system_call);
	return open(MEMPINFD_DEVICE, O_RDWR | O_CLOEXEC);
}

static int mempinfd(void)
{
	int fd = try_mempinfd();

	if (fd < 0)
		die("mempinfd");
	return fd;
}

/* Signed answer as the system call gives it: a short pin of rfc is no error to libc. */
static int answer_of(int answer)
{
	return answer < 0 ? -errno : answer;
}

static int pin_bytes(int fd, uint64_t addr, uint64_t size)
{
	struct mempinfd_range range = { addr, size };

	return answer_of(ioctl(fd, MEMPINFD_IOC_PIN, &range));
}

static int unpin_bytes(int fd, uint64_t addr, uint64_t size)
{
	struct mempinfd_range range = { addr, size };

	return answer_of(ioctl(fd, MEMPINFD_IOC_UNPIN, &range));
}

static int pin(int fd, const void *at, size_t pages)
{
	return pin_bytes(fd, (uintptr_t)at, pages * PAGE);
}

static int unpin(int fd, const void *at, size_t pages)
{
	return unpin_bytes(fd, (uintptr_t)at, pages * PAGE);
}

static int pin_flags(int fd, const void *at, size_t pages, uint64_t flags)
{
	struct mempinfd_pin arg = { (uintptr_t)at, pages * PAGE, flags };

	return answer_of(ioctl(fd, MEMPINFD_IOC_PIN_FLAGS, &arg));
}

static int pins_at(const void *at)
{
	return facts_of(pfn_of(at)).pins;
}

static long read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long got = fd < 0 ? -1 : read(fd, text, size - 1);

	text[got > 0 ? got : 0] = 0;
	if (fd >= 0)
		close(fd);
	return got;
}

/* VmPin of this process, in pages. */
static long charged(void)
{
	char text[4096], *at;

	read_text("/proc/self/status", text, sizeof(text));
	at = strstr(text, "VmPin:");
	if (!at)
		die("VmPin");
	return strtol(at + 6, NULL, 10) / (long)(PAGE / 1024);
}

static void limit_locked(size_t bytes)
{
	struct rlimit limit = { bytes, bytes };

	if (setrlimit(RLIMIT_MEMLOCK, &limit))
		die("setrlimit");
}

static void drop_lock_capability(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		die("capget");
	data[0].effective &= ~(1u << CAP_IPC_LOCK);
	if (syscall(SYS_capset, &header, data))
		die("capset");
}

/* The kernel's log from here on; log_lines counts what came since. */
static int log_from_here(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		die("/dev/kmsg");
	return fd;
}

static int log_lines(int fd, const char *with)
{
	char record[8192];
	int lines = 0;
	ssize_t got;

	while ((got = read(fd, record, sizeof(record) - 1)) > 0 || (got < 0 && errno == EPIPE)) {
		record[got > 0 ? got : 0] = 0;
		lines += !with || strstr(record, with);
	}
	close(fd);
	return lines;
}

/* What rfc writes is expected; it need not stand among the results. The log has it either way. */
static void console(bool on)
{
	klogctl(on ? 7 : 6, NULL, 0);
}

static void wait_ms(int ms)
{
	poll(NULL, 0, ms);
}

static bool has_ended(pid_t child)
{
	return waitpid(child, NULL, WNOHANG) == child;
}

static bool ends_soon(pid_t child)
{
	int tries;

	for (tries = 0; tries < 200; tries++) {
		if (has_ended(child))
			return true;
		wait_ms(20);
	}
	return false;
}

/* ---- points of the review ---- */

static void point_1_pinned_pages_are_charged(void)
{
	int one = mempinfd(), two = mempinfd();
	char *at = touched(8);

	EXPECT_EQUAL(charged(), 0);
	EXPECT_EQUAL(pin(one, at, 4), 0);
	EXPECT_EQUAL(charged(), 4);
	EXPECT_EQUAL(pin(two, at, 8), 0);
	EXPECT_EQUAL(charged(), 12);
	EXPECT_EQUAL(pin(two, at, 4), -EEXIST);
	EXPECT_EQUAL(charged(), 12);
	EXPECT_EQUAL(unpin(one, at, 4), 0);
	EXPECT_EQUAL(charged(), 8);
	close(two);
	EXPECT_EQUAL(charged(), 0);
	munmap(at + 7 * PAGE, PAGE);
	EXPECT_EQUAL(pin(one, at, 8), -EFAULT);
	EXPECT_EQUAL(charged(), 0);
	close(one);
	unmap(at, 7);
}

static void point_1_the_limit_of_locked_memory_holds_over_descriptors(void)
{
	long long before = balance();
	pid_t child = fork_flushed();

	if (!child) {
		char *at = touched(16);
		int one = mempinfd(), two = mempinfd();

		limit_locked(8 * PAGE);
		EXPECT_EQUAL(pin(one, at, 16), 0);
		EXPECT_EQUAL(unpin(one, at, 16), 0);
		drop_lock_capability();
		EXPECT_EQUAL(pin(one, at, 9), -ENOMEM);
		EXPECT_EQUAL(charged(), 0);
		EXPECT_EQUAL(pin(one, at, 5), 0);
		EXPECT_EQUAL(pin(two, at + 8 * PAGE, 4), -ENOMEM);
		EXPECT_EQUAL(pin(two, at + 8 * PAGE, 3), 0);
		/* the same page twice is charged twice */
		EXPECT_EQUAL(pin(two, at, 1), -ENOMEM);
		EXPECT_EQUAL(unpin(one, at, 5), 0);
		EXPECT_EQUAL(pin(two, at, 5), 0);
		EXPECT_EQUAL(charged(), 8);
		child_exit();
	}
	expect_child_ok(child);
	EXPECT_EQUAL(balance(), before);
}

static void point_1_a_child_has_a_charge_of_its_own(void)
{
	int fd = mempinfd();
	char *at = touched(4);
	pid_t child;

	EXPECT_EQUAL(pin(fd, at, 4), 0);
	child = fork_flushed();
	if (!child) {
		limit_locked(4 * PAGE);
		drop_lock_capability();
		EXPECT_EQUAL(charged(), 0);
		EXPECT_EQUAL(pin(fd, at, 4), 0);
		EXPECT_EQUAL(charged(), 4);
		child_exit();
	}
	expect_child_ok(child);
	EXPECT_EQUAL(charged(), 4);
	close(fd);
	unmap(at, 4);
}

static void point_1_nothing_is_charged(void)
{
	pid_t child = fork_flushed();

	if (!child) {
		char *at = touched(16);
		int fd = mempinfd();

		limit_locked(PAGE);
		drop_lock_capability();
		EXPECT_EQUAL(pin(fd, at, 16), 0);
		EXPECT_EQUAL(charged(), 0);
		child_exit();
	}
	expect_child_ok(child);
}

/* Everything that a caller can get wrong. */
static void make_every_mistake(int fd)
{
	char *at = touched(4);
	int i;

	munmap(at + 2 * PAGE, PAGE);
	for (i = 0; i < 3; i++) {
		pin(fd, at, 4);
		pin(fd, at + 2 * PAGE, 1);
		pin_bytes(fd, (uintptr_t)at, 1ULL << 43);
		pin_bytes(fd, (uintptr_t)at, 1ULL << 62);
		pin_bytes(fd, 0, ~0ULL);
		pin_bytes(fd, -4096ULL, 4095);
		pin_bytes(fd, (uintptr_t)at, 0);
		unpin(fd, at, 1);
		unpin_bytes(fd, 0, ~0ULL);
		unpin_bytes(fd, (uintptr_t)at, 0);
		pin_flags(fd, at, 1, ~0ULL);
		ioctl(fd, MEMPINFD_IOC_PIN, 8);
		ioctl(fd, _IO('M', 99), 0);
		pin(fd, at, 1);
		pin(fd, at, 1);
		unpin(fd, at, 2);
		unpin(fd, at, 1);
	}
	unmap(at, 2);
	unmap(at + 3 * PAGE, 1);
}

static void point_2_no_mistake_writes_to_the_log(void)
{
	long long before = balance();
	int log = log_from_here();
	int fd = mempinfd();

	make_every_mistake(fd);
	close(fd);
	EXPECT_EQUAL(log_lines(log, NULL), 0);
	EXPECT_EQUAL(balance(), before);
}

static void point_2_every_failed_pin_writes_to_the_log(void)
{
	int log = log_from_here(), fd = mempinfd(), i;

	console(false);
	for (i = 0; i < 5; i++)
		EXPECT_EQUAL(pin_bytes(fd, 0, PAGE), -EFAULT);
	console(true);
	EXPECT_EQUAL(log_lines(log, "mempinfd: failed to pin page"), 5);
	close(fd);
}

static void point_3_overlapping_ranges_nest(void)
{
	const int exists = strict ? -EEXIST : -EBUSY;
	long long before = balance();
	char *at = touched(4);
	int fd = mempinfd();

	EXPECT_EQUAL(pin(fd, at, 4), 0);
	EXPECT_EQUAL(pin(fd, at, 4), exists);
	EXPECT_EQUAL(pin(fd, at, 2), exists);
	EXPECT_EQUAL(balance(), before + 4);
	EXPECT_EQUAL(pin(fd, at + PAGE, 2), 0);
	EXPECT_EQUAL(pin(fd, at + 2 * PAGE, 2), 0);
	EXPECT_EQUAL(balance(), before + 8);
	EXPECT_EQUAL(pins_at(at), 1);
	EXPECT_EQUAL(pins_at(at + PAGE), 2);
	EXPECT_EQUAL(pins_at(at + 2 * PAGE), 3);
	EXPECT_EQUAL(unpin(fd, at, 4), 0);
	EXPECT_EQUAL(pins_at(at), 0);
	EXPECT_EQUAL(pins_at(at + 2 * PAGE), 2);
	EXPECT_EQUAL(pin(fd, at, 4), 0);
	EXPECT_EQUAL(unpin(fd, at + PAGE, 2), 0);
	EXPECT_EQUAL(unpin(fd, at + 2 * PAGE, 2), 0);
	EXPECT_EQUAL(pins_at(at + 2 * PAGE), 1);
	close(fd);
	EXPECT_EQUAL(balance(), before);
	unmap(at, 4);
}

static void point_3_descriptors_know_nothing_of_each_other(void)
{
	int one = mempinfd(), two = mempinfd();
	char *at = touched(1);

	EXPECT_EQUAL(pin(one, at, 1), 0);
	EXPECT_EQUAL(unpin(two, at, 1), -ENODEV);
	EXPECT_EQUAL(pin(two, at, 1), 0);
	EXPECT_EQUAL(pins_at(at), 2);
	close(one);
	EXPECT_EQUAL(pins_at(at), 1);
	EXPECT_EQUAL(unpin(two, at, 1), 0);
	EXPECT_EQUAL(pins_at(at), 0);
	close(two);
	unmap(at, 1);
}

/* A hole after two pages of four. */
static char *holed(void)
{
	char *at = touched(4);

	unmap(at + 2 * PAGE, 1);
	return at;
}

static void point_4_a_short_pin_leaves_nothing_pinned(void)
{
	long long before = balance();
	char *at = holed();
	int fd = mempinfd();

	EXPECT_EQUAL(pin(fd, at, 4), -EFAULT);
	EXPECT_EQUAL(pin_flags(fd, at, 4, MEMPINFD_READ_ONLY), -EFAULT);
	EXPECT_EQUAL(balance(), before);
	EXPECT_EQUAL(pins_at(at), 0);
	EXPECT_EQUAL(unpin(fd, at, 4), -ENODEV);
	EXPECT_EQUAL(pin(fd, at, 2), 0);
	EXPECT_EQUAL(pins_at(at), 1);
	close(fd);
	EXPECT_EQUAL(balance(), before);
	unmap(at, 2);
	unmap(at + 3 * PAGE, 1);
}

static void point_4_a_short_pin_leaks_and_is_the_answer(void)
{
	long long before = balance();
	char *at = holed();
	int fd = mempinfd();

	console(false);
	EXPECT_EQUAL(pin(fd, at, 4), 2);
	console(true);
	EXPECT_EQUAL(unpin(fd, at, 4), -ENODEV);
	EXPECT_EQUAL(balance(), before + 2);
	close(fd);
	EXPECT_EQUAL(balance(), before + 2);
	EXPECT_EQUAL(pins_at(at + PAGE), 1);
	unmap(at, 2);
	unmap(at + 3 * PAGE, 1);
	EXPECT_EQUAL(balance(), before + 2);
}

static void point_5_an_overflowing_address_is_no_success(void)
{
	long long before = balance();
	int fd = mempinfd();

	EXPECT_EQUAL(pin_bytes(fd, -4096ULL, 4095), -EFAULT);
	EXPECT_EQUAL(pin_bytes(fd, -1ULL << 47, 4096), -EFAULT);
	EXPECT_EQUAL(pin_bytes(fd, 1ULL << 63, 1ULL << 62), -EFAULT);
	EXPECT_EQUAL(unpin_bytes(fd, -4096ULL, 4095), -EFAULT);
	close(fd);
	EXPECT_EQUAL(balance(), before);
}

static void point_5_an_overflowing_address_is_what_the_kernel_says(void)
{
	long long before = balance();
	int fd = mempinfd();

	/* pin_user_pages_fast() answered 0 before it had an error for this */
	console(false);
	EXPECT_EQUAL(pin_bytes(fd, -4096ULL, 4095), kernel < 612 ? 0 : -EOVERFLOW);
	console(true);
	EXPECT_EQUAL(unpin_bytes(fd, -4096ULL, 4095), -ENODEV);
	close(fd);
	EXPECT_EQUAL(balance(), before);
}

static void point_6_unpin_checks_as_pin_does(void)
{
	long long before = balance();
	char *at = touched(2);
	uint64_t addr = (uintptr_t)at;
	int fd = mempinfd();

	EXPECT_EQUAL(pin(fd, at, 1), 0);
	EXPECT_EQUAL(pin_bytes(fd, addr + PAGE, 0), -EINVAL);
	EXPECT_EQUAL(unpin_bytes(fd, addr, 0), -EINVAL);
	EXPECT_EQUAL(unpin_bytes(fd, addr + 1, 0), -EINVAL);
	EXPECT_EQUAL(unpin_bytes(fd, addr, -addr), -EINVAL);
	EXPECT_EQUAL(unpin_bytes(fd, addr, ~0ULL), -EINVAL);
	EXPECT_EQUAL(unpin_bytes(fd, addr + 1, ~0ULL), -EINVAL);
	EXPECT_EQUAL(unpin_bytes(fd, addr, ~0ULL - addr), -EFAULT);
	EXPECT_EQUAL(unpin(fd, at + PAGE, 1), -ENODEV);
	EXPECT_EQUAL(balance(), before + 1);
	EXPECT_EQUAL(unpin(fd, at, 1), 0);
	close(fd);
	EXPECT_EQUAL(balance(), before);
	unmap(at, 2);
}

static void point_6_unpin_of_nothing_ends_a_range(void)
{
	long long before = balance();
	char *at = touched(1);
	int fd = mempinfd();

	EXPECT_EQUAL(pin_bytes(fd, (uintptr_t)at, 0), -EINVAL);
	EXPECT_EQUAL(pin(fd, at, 1), 0);
	/* the cover of no bytes in the middle of a page is that page */
	EXPECT_EQUAL(unpin_bytes(fd, (uintptr_t)at + 1, 0), 0);
	EXPECT_EQUAL(balance(), before);
	close(fd);
	unmap(at, 1);
}

static void point_7_a_range_is_its_cover_in_pages(void)
{
	long long before = balance();
	char *at = touched(3);
	uint64_t addr = (uintptr_t)at;
	int fd = mempinfd();

	EXPECT_EQUAL(pin_bytes(fd, addr + 100, 1), 0);
	EXPECT_EQUAL(balance(), before + 1);
	EXPECT_EQUAL(unpin_bytes(fd, addr + PAGE - 1, 1), 0);
	EXPECT_EQUAL(pin_bytes(fd, addr + PAGE - 1, 2), 0);
	EXPECT_EQUAL(balance(), before + 2);
	EXPECT_EQUAL(unpin_bytes(fd, addr, PAGE + 1), 0);
	EXPECT_EQUAL(pin_bytes(fd, addr + 1, 2 * PAGE), 0);
	EXPECT_EQUAL(balance(), before + 3);
	EXPECT_EQUAL(unpin(fd, at, 3), 0);
	EXPECT_EQUAL(pin_bytes(fd, addr + 1, 2 * PAGE - 1), 0);
	EXPECT_EQUAL(balance(), before + 2);
	EXPECT_EQUAL(unpin(fd, at, 2), 0);
	EXPECT_EQUAL(pin_bytes(fd, addr, -addr), -EINVAL);
	EXPECT_EQUAL(pin_bytes(fd, addr, ~0ULL), -EINVAL);
	EXPECT_EQUAL(pin_bytes(fd, ~0ULL, 1), -EINVAL);
	EXPECT_EQUAL(balance(), before);
	close(fd);
	unmap(at, 3);
}

static void point_8_errors_say_what_is_wrong(void)
{
	const int not_permitted = strict ? -EPERM : -EINVAL;
	char *none = map(1, PROT_NONE, MAP_PRIVATE), *at = touched(1);
	int fd = mempinfd();
	pid_t child;

	console(false);
	/* force asks for no permission of the mapping (point 16) */
	EXPECT_EQUAL(pin(fd, none, 1), strict ? -EFAULT : 0);
	EXPECT_EQUAL(pin_bytes(fd, 0, 1), -EFAULT);
	console(true);
	EXPECT_ERROR(ioctl(fd, MEMPINFD_IOC_PIN, NULL), EFAULT);
	EXPECT_ERROR(ioctl(fd, MEMPINFD_IOC_UNPIN, -1UL), EFAULT);
	EXPECT_ERROR(ioctl(fd, MEMPINFD_IOC_PIN_FLAGS, 1), EFAULT);
	EXPECT_EQUAL(unpin(fd, at, 1), -ENODEV);

	child = fork_flushed();
	if (!child) {
		limit_locked(0);
		EXPECT_EQUAL(pin(fd, at, 1), 0);
		EXPECT_EQUAL(unpin(fd, at, 1), 0);
		EXPECT_EQUAL(pin(fd, at, 1), 0);
		drop_lock_capability();
		EXPECT_EQUAL(pin(fd, at, 1), not_permitted);
		EXPECT_EQUAL(pin_bytes(fd, (uintptr_t)at, 0), -EINVAL);
		/* undoing needs no right */
		EXPECT_EQUAL(unpin(fd, at, 1), 0);
		child_exit();
	}
	expect_child_ok(child);
	close(fd);
	unmap(at, 1);
	unmap(none, 1);
}

static void point_9_more_pages_than_there_are_cost_nothing(void)
{
	/* the count of pages is 2^31, 2^32 and 2^32 + 1, which an int shows as negative, none and one */
	static const uint64_t sizes[] = { 1ULL << 43, 1ULL << 44, (1ULL << 44) + PAGE, 1ULL << 46 };
	long long before = balance();
	int log = log_from_here(), fd = mempinfd();
	char *at = touched(1);
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		EXPECT_EQUAL(pin_bytes(fd, PAGE, sizes[i]), -ENOMEM);
	EXPECT_EQUAL(pin_bytes(fd, PAGE, 1ULL << 47), -EFAULT);
	EXPECT_EQUAL(charged(), 0);
	EXPECT_EQUAL(balance(), before);
	EXPECT_EQUAL(log_lines(log, NULL), 0);
	EXPECT_EQUAL(pin(fd, at, 1), 0);
	close(fd);
	unmap(at, 1);
}

static void point_9_a_descriptor_holds_so_many_ranges_and_no_more(void)
{
	const size_t most = MEMPINFD_MAX_RANGES;
	long long before = balance();
	char *at = touched(most + 1);
	int fd = mempinfd(), other = mempinfd();
	size_t i;

	for (i = 0; i < most; i++)
		EXPECT_EQUAL(pin(fd, at + i * PAGE, 1), 0);
	EXPECT_EQUAL(pin(fd, at + most * PAGE, 1), -ENOSPC);
	EXPECT_EQUAL(pin(fd, at, 1), -EEXIST);
	EXPECT_EQUAL(balance(), before + (long long)most);
	EXPECT_EQUAL(pin(other, at + most * PAGE, 1), 0);
	EXPECT_EQUAL(unpin(fd, at + 5 * PAGE, 1), 0);
	EXPECT_EQUAL(pin(fd, at + most * PAGE, 1), 0);
	close(fd);
	close(other);
	EXPECT_EQUAL(balance(), before);
	unmap(at, most + 1);
}

static void point_9_more_pages_than_there_are_warn_in_the_log(void)
{
	/* the kernel warns once in 10 seconds, so the second way in may find it silent */
	static bool warned;
	int log = log_from_here(), fd = mempinfd();

	console(false);
	EXPECT_EQUAL(pin_bytes(fd, PAGE, 1ULL << 43), -ENOMEM);
	console(true);
	warned |= log_lines(log, "vmalloc") > 0;
	EXPECT(warned);
	close(fd);
}

/* A page whose first touch waits for the answer of nobody. Answers the userfaultfd, or -1. */
static int waiting_page(char **at)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register area = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	*at = map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	area.range.start = (uintptr_t)*at;
	area.range.len = PAGE;
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) || ioctl(uffd, UFFDIO_REGISTER, &area))
		die("userfaultfd");
	return uffd;
}

static void wait_for_fault(int uffd)
{
	struct pollfd event = { .fd = uffd, .events = POLLIN };

	EXPECT_EQUAL(poll(&event, 1, 5000), 1);
}

/*
 * Runs `body` with a child that is stuck in a pin of its own memory. Until 6.1 a
 * long-term pin does not wait for userfaultfd, it fails.
 */
static void beside_a_stuck_pin(void (*body)(int fd, pid_t stuck))
{
	long long before = balance();
	int fd = mempinfd(), ready[2];
	pid_t stuck;
	char byte;

	if (pipe(ready))
		die("pipe");
	stuck = fork_flushed();
	if (!stuck) {
		char *at;
		int uffd = waiting_page(&at);
		pid_t pinner = getpid();

		/* the watcher shares the descriptors; it tells when the pin is stuck */
		if (kernel >= 612 && !fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			wait_for_fault(uffd);
			if (write(ready[1], "w", 1) != 1)
				kill(pinner, SIGKILL);
			for (;;)
				pause();
		}
		if (kernel < 612) {
			console(false);
			EXPECT_EQUAL(pin(fd, at, 1), -EFAULT);
			console(true);
			if (write(ready[1], "w", 1) != 1)
				case_failed = true;
			child_exit();
		}
		pin(fd, at, 1);
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		fail(__LINE__, "the pin never waited for its fault");
	if (kernel >= 612)
		body(fd, stuck);
	else
		expect_child_ok(stuck);
	close(ready[0]);
	close(fd);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	EXPECT_EQUAL(balance(), before);
}

static void others_go_on(int fd, pid_t stuck)
{
	char *at = touched(2);
	pid_t child = fork_flushed();

	if (!child) {
		EXPECT_EQUAL(pin(fd, at, 1), 0);
		EXPECT_EQUAL(unpin(fd, at, 1), 0);
		EXPECT_EQUAL(unpin(fd, at, 1), -ENODEV);
		child_exit();
	}
	EXPECT(ends_soon(child));
	EXPECT(!has_ended(stuck));
	kill(stuck, SIGKILL);
	EXPECT(ends_soon(stuck));
	unmap(at, 2);
}

static void point_10_a_stuck_pin_is_killable_and_holds_up_nobody(void)
{
	beside_a_stuck_pin(others_go_on);
}

static void others_hang_and_cannot_be_killed(int fd, pid_t stuck)
{
	char *at = touched(1);
	pid_t child = fork_flushed();

	if (!child) {
		pin(fd, at, 1);
		_exit(0);
	}
	wait_ms(STUCK_MS);
	kill(child, SIGKILL);
	wait_ms(STUCK_MS);
	EXPECT(!has_ended(child));
	kill(stuck, SIGKILL);
	EXPECT(ends_soon(stuck));
	EXPECT(ends_soon(child));
	unmap(at, 1);
}

static void point_10_a_stuck_pin_hangs_the_descriptor_unkillably(void)
{
	beside_a_stuck_pin(others_hang_and_cannot_be_killed);
}

static void point_11_the_last_close_ends_all_pins(void)
{
	long long before = balance();
	int fd = mempinfd(), copy = dup(fd);
	char *at = touched(6);

	EXPECT_EQUAL(pin(fd, at, 3), 0);
	EXPECT_EQUAL(pin(fd, at + PAGE, 5), 0);
	close(fd);
	EXPECT_EQUAL(balance(), before + 8);
	EXPECT_EQUAL(unpin(copy, at, 3), 0);
	EXPECT_EQUAL(balance(), before + 5);
	close(copy);
	EXPECT_EQUAL(balance(), before);
	unmap(at, 6);
}

static void point_11_death_by_signal_ends_all_pins(void)
{
	long long before = balance();
	int ready[2];
	pid_t child;
	char byte;

	if (pipe(ready))
		die("pipe");
	child = fork_flushed();
	if (!child) {
		pin(mempinfd(), touched(7), 7);
		if (write(ready[1], "p", 1) == 1)
			pause();
		_exit(1);
	}
	if (read(ready[0], &byte, 1) != 1)
		die("read");
	EXPECT_EQUAL(balance(), before + 7);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	EXPECT_EQUAL(balance(), before);
	close(ready[0]);
	close(ready[1]);
}

#define EXECUTED	"executed-by-a-case"

/* /init again, which only exits or answers for the new memory; see main(). */
static pid_t exec_self(int fd, const void *at)
{
	char number[16], address[32];
	pid_t child;

	snprintf(number, sizeof(number), "%d", fd);
	snprintf(address, sizeof(address), "%lu", (unsigned long)at);
	child = fork_flushed();
	if (!child) {
		char *argv[] = { EXECUTED, number, address, NULL };
		char *page = mmap((void *)at, PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

		*page = 1;
		if (pin(fd, page, 1))
			_exit(101);
		execv("/proc/self/exe", argv);
		_exit(102);
	}
	return child;
}

/* What the program that was executed says of the descriptor that it got, or not. */
static int after_exec(int fd, unsigned long at)
{
	char *page = mmap((void *)at, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (fcntl(fd, F_GETFD) == -1)
		return errno == EBADF ? 0 : 103;
	*page = 1;
	if (strict) {
		if (unpin(fd, page, 1) != -ENODEV || charged())
			return 104;
		if (pin(fd, page, 1) || unpin(fd, page, 1))
			return 105;
		return 10;
	}
	if (pin(fd, page, 1) != -EBUSY)
		return 106;
	return unpin(fd, page, 1) ? 107 : 10;
}

static void point_11_exec_closes_the_descriptor(void)
{
	long long before = balance();
	int fd = mempinfd(), status;
	pid_t child;

	EXPECT(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	child = exec_self(fd, (void *)0x10000000);
	waitpid(child, &status, 0);
	EXPECT_EQUAL(status, 0);
	/* this process has it still, and with it the child's pin */
	EXPECT_EQUAL(balance(), before + 1);
	close(fd);
	EXPECT_EQUAL(balance(), before);
}

static void point_12_memory_after_exec_is_somebody_elses(void)
{
	long long before = balance();
	int fd = mempinfd(), status;

	fcntl(fd, F_SETFD, 0);
	waitpid(exec_self(fd, (void *)0x10000000), &status, 0);
	EXPECT(WIFEXITED(status));
	EXPECT_EQUAL(WEXITSTATUS(status), 10);
	EXPECT_EQUAL(balance(), before + (strict ? 1 : 0));
	close(fd);
	EXPECT_EQUAL(balance(), before);
}

static void send_descriptor(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);

	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &fd, sizeof(int));
	if (sendmsg(socket, &message, 0) != 1)
		die("sendmsg");
}

static int receive_descriptor(int socket)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(socket, &message, 0) != 1)
		die("recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
	return fd;
}

static void point_11_a_descriptor_that_is_passed_on_keeps_its_pins(void)
{
	long long before = balance();
	int sockets[2], fd;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		die("socketpair");
	child = fork_flushed();
	if (!child) {
		int own = mempinfd();

		EXPECT_EQUAL(pin(own, touched(3), 3), 0);
		send_descriptor(sockets[1], own);
		child_exit();
	}
	expect_child_ok(child);
	/* its owner is dead, and it is still on its way */
	EXPECT_EQUAL(balance(), before + 3);
	fd = receive_descriptor(sockets[0]);
	EXPECT_EQUAL(balance(), before + 3);
	close(fd);
	EXPECT_EQUAL(balance(), before);
	close(sockets[0]);
	close(sockets[1]);
}

static void point_12_a_child_cannot_unpin_its_parents_range(void)
{
	long long before = balance();
	char *at = touched(2);
	int fd = mempinfd();
	pid_t child;

	EXPECT_EQUAL(pin(fd, at, 2), 0);
	child = fork_flushed();
	if (!child) {
		EXPECT_EQUAL(unpin(fd, at, 2), -ENODEV);
		EXPECT_EQUAL(balance(), before + 2);
		EXPECT_EQUAL(pin(fd, at, 2), 0);
		EXPECT_EQUAL(pin(fd, at, 2), -EEXIST);
		EXPECT_EQUAL(balance(), before + 4);
		EXPECT_EQUAL(pins_at(at), 1);
		EXPECT_EQUAL(unpin(fd, at, 2), 0);
		EXPECT_EQUAL(unpin(fd, at, 2), -ENODEV);
		EXPECT_EQUAL(balance(), before + 2);
		EXPECT_EQUAL(pin(fd, at, 1), 0);
		child_exit();
	}
	expect_child_ok(child);
	/* what the child left pinned nobody can unpin; it ends with the descriptor */
	EXPECT_EQUAL(balance(), before + 3);
	EXPECT_EQUAL(pins_at(at), 1);
	EXPECT_EQUAL(unpin(fd, at, 1), -EINVAL);
	EXPECT_EQUAL(unpin(fd, at, 2), 0);
	EXPECT_EQUAL(balance(), before + 1);
	close(fd);
	EXPECT_EQUAL(balance(), before);
	unmap(at, 2);
}

static void point_12_a_child_unpins_its_parents_range(void)
{
	long long before = balance();
	char *at = touched(2);
	int fd = mempinfd();
	pid_t child;

	EXPECT_EQUAL(pin(fd, at, 2), 0);
	child = fork_flushed();
	if (!child) {
		EXPECT_EQUAL(pin(fd, at, 2), -EBUSY);
		EXPECT_EQUAL(unpin(fd, at, 2), 0);
		child_exit();
	}
	expect_child_ok(child);
	EXPECT_EQUAL(balance(), before);
	EXPECT_EQUAL(pins_at(at), 0);
	EXPECT_EQUAL(unpin(fd, at, 2), -ENODEV);
	close(fd);
	unmap(at, 2);
}

static void *unpin_in_thread(void *arg)
{
	void **args = arg;

	args[2] = (void *)(long)unpin((long)args[0], args[1], 1);
	return NULL;
}

static void point_12_threads_share_memory_and_so_their_ranges(void)
{
	char *at = touched(1);
	int fd = mempinfd();
	void *args[3] = { (void *)(long)fd, at, NULL };
	pthread_t thread;

	EXPECT_EQUAL(pin(fd, at, 1), 0);
	if (pthread_create(&thread, NULL, unpin_in_thread, args))
		die("pthread_create");
	pthread_join(thread, NULL);
	EXPECT_EQUAL((long)args[2], 0);
	EXPECT_EQUAL(unpin(fd, at, 1), -ENODEV);
	close(fd);
	unmap(at, 1);
}

static void point_13_a_range_outlives_its_mapping_until_unpinned(void)
{
	const int exists = strict ? -EEXIST : -EBUSY;
	long long before = balance();
	char *at = touched(2), *again;
	uint64_t old = pfn_of(at);
	int fd = mempinfd();

	EXPECT_EQUAL(pin(fd, at, 2), 0);
	old = pfn_of(at);
	unmap(at, 2);
	EXPECT_EQUAL(facts_of(old).pins, 1);
	EXPECT_EQUAL(facts_of(old).maps, 0);
	again = mmap(at, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	*again = 1;
	EXPECT(pfn_of(again) != old);
	EXPECT_EQUAL(pin(fd, again, 2), exists);
	EXPECT_EQUAL(pins_at(again), 0);
	EXPECT_EQUAL(balance(), before + 2);
	EXPECT_EQUAL(unpin(fd, again, 2), 0);
	EXPECT_EQUAL(balance(), before);
	EXPECT_EQUAL(pin(fd, again, 2), 0);
	EXPECT_EQUAL(pins_at(again), 1);
	close(fd);
	EXPECT_EQUAL(balance(), before);
	unmap(again, 2);
}

static void point_14_a_range_ends_whole_and_once(void)
{
	long long before = balance();
	char *at = touched(4);
	int fd = mempinfd();

	EXPECT_EQUAL(pin(fd, at, 4), 0);
	EXPECT_EQUAL(unpin(fd, at, 3), -EINVAL);
	EXPECT_EQUAL(unpin(fd, at, 5), -EINVAL);
	EXPECT_EQUAL(unpin(fd, at + PAGE, 3), -ENODEV);
	EXPECT_EQUAL(balance(), before + 4);
	EXPECT_EQUAL(unpin(fd, at, 4), 0);
	EXPECT_EQUAL(unpin(fd, at, 4), -ENODEV);
	EXPECT_EQUAL(unpin(fd, at, 4), -ENODEV);
	EXPECT_EQUAL(balance(), before);
	EXPECT_EQUAL(pins_at(at), 0);
	close(fd);
	EXPECT_EQUAL(balance(), before);
	unmap(at, 4);
}

static void point_15_unknown_commands_are_told_apart(void)
{
	const int unknown = strict ? ENOTTY : EINVAL;
	struct mempinfd_pin arg = { 0 };
	int fd = mempinfd();

	EXPECT_ERROR(ioctl(fd, _IO('M', 0), &arg), unknown);
	EXPECT_ERROR(ioctl(fd, _IOW('M', 3, struct mempinfd_range), &arg), unknown);
	EXPECT_ERROR(ioctl(fd, _IOR('M', 0, struct mempinfd_range), &arg), unknown);
	EXPECT_ERROR(ioctl(fd, _IOW('Z', 0, struct mempinfd_range), &arg), unknown);
	EXPECT_ERROR(ioctl(fd, MEMPINFD_IOC_PIN_FLAGS, &arg), EINVAL);
	close(fd);
}

/* ioctl as 32-bit programs call it. */
static int ioctl_32(int fd, unsigned int cmd, void *arg)
{
	int answer;

	__asm__ volatile("int $0x80"
			 : "=a"(answer)
			 : "a"(54), "b"(fd), "c"(cmd), "d"(arg)
			 : "memory", "r8", "r9", "r10", "r11");
	return answer;
}

static void point_15_32_bit_callers_have_what_is_promised(void)
{
	struct mempinfd_pin *low = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	pid_t child = fork_flushed();
	int status;

	if (!child) {
		int fd = mempinfd();

		low->addr = (uintptr_t)touched(1);
		low->size = PAGE;
		if (!strict) {
			EXPECT_EQUAL(ioctl_32(fd, MEMPINFD_IOC_PIN, low), -ENOTTY);
			child_exit();
		}
		EXPECT_EQUAL(ioctl_32(fd, MEMPINFD_IOC_PIN, low), 0);
		EXPECT_EQUAL(ioctl_32(fd, MEMPINFD_IOC_PIN, low), -EEXIST);
		EXPECT_EQUAL(ioctl_32(fd, MEMPINFD_IOC_UNPIN, low), 0);
		EXPECT_EQUAL(ioctl_32(fd, MEMPINFD_IOC_PIN_FLAGS, low), 0);
		EXPECT_EQUAL(ioctl_32(fd, _IO('M', 9), low), -ENOTTY);
		child_exit();
	}
	waitpid(child, &status, 0);
	/* a kernel without 32-bit programs lets nobody call so */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV)
		case_skipped = "the kernel runs no 32-bit programs";
	else
		EXPECT_EQUAL(status, 0);
	munmap(low, PAGE);
}

static bool is_file_page(const void *at)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;

	if (pread(fd, &entry, 8, (uintptr_t)at / PAGE * 8) != 8)
		die("/proc/self/pagemap");
	close(fd);
	return entry >> 61 & 1;
}

/* A private, read-only page of this program. */
static char *text_page(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char *at = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	if (at == MAP_FAILED)
		die("mmap of /proc/self/exe");
	close(fd);
	if (at[1] != 'E')
		die("no program");
	return at;
}

static void point_16_what_is_read_only_is_not_pinned_for_writing(void)
{
	char *text = text_page(), *at = touched(1);
	int fd = mempinfd();

	mprotect(at, PAGE, PROT_READ);
	EXPECT_EQUAL(pin(fd, at, 1), -EFAULT);
	EXPECT_EQUAL(pin(fd, text, 1), -EFAULT);
	EXPECT(is_file_page(text));
	EXPECT_EQUAL(pin_flags(fd, at, 1, 0), -EFAULT);
	EXPECT_EQUAL(pin_flags(fd, at, 1, MEMPINFD_READ_ONLY), 0);
	EXPECT_EQUAL(pins_at(at), 1);
	EXPECT_EQUAL(pin_flags(fd, at, 1, MEMPINFD_READ_ONLY), -EEXIST);
	EXPECT_EQUAL(unpin(fd, at, 1), 0);
	EXPECT_EQUAL(pins_at(at), 0);
	EXPECT_EQUAL(pin_flags(fd, text, 1, MEMPINFD_READ_ONLY), 0);
	EXPECT_EQUAL(unpin(fd, text, 1), 0);
	EXPECT_EQUAL(pin_flags(fd, at, 1, 2), -EINVAL);
	EXPECT_EQUAL(pin_flags(fd, at, 1, ~0ULL), -EINVAL);
	close(fd);
	unmap(at, 1);
	unmap(text, 1);
}

static void point_16_force_writes_through_read_only_mappings(void)
{
	char *text = text_page();
	int fd = mempinfd();

	EXPECT(is_file_page(text));
	EXPECT_EQUAL(pin(fd, text, 1), 0);
	EXPECT(!is_file_page(text));
	EXPECT_EQUAL(pins_at(text), 1);
	EXPECT_EQUAL(pin_flags(fd, text, 1, MEMPINFD_READ_ONLY), -EINVAL);
	close(fd);
	unmap(text, 1);
}

/* Asks for the page's node; answers where it is then. */
static int moved_to(void *at, int node)
{
	int status = -1;

	syscall(SYS_move_pages, 0, 1UL, &at, &node, &status, 2 /* MPOL_MF_MOVE */);
	syscall(SYS_move_pages, 0, 1UL, &at, NULL, &status, 0);
	return status;
}

static void point_17_pins_leave_movable_memory_and_give_it_back(void)
{
	char *at = touched(64);
	int fd = mempinfd(), movable = 0, i, home;

	for (i = 0; i < 64; i++)
		movable += facts_of(pfn_of(at + i * PAGE)).zone == PFZ_ZONE_MOVABLE;
	EXPECT(movable > 0);
	EXPECT_EQUAL(pin(fd, at, 64), 0);
	/* 5.10 promises it for CMA alone */
	for (i = 0; kernel >= 513 && i < 64; i++)
		EXPECT(facts_of(pfn_of(at + i * PAGE)).zone != PFZ_ZONE_MOVABLE);
	home = facts_of(pfn_of(at)).node;
	EXPECT_EQUAL(moved_to(at, !home), home);
	EXPECT_EQUAL(unpin(fd, at, 64), 0);
	EXPECT_EQUAL(moved_to(at, !home), !home);
	close(fd);
	unmap(at, 64);
}

struct race {
	pthread_barrier_t start;
	int fd;
	char *at;
	bool unpins;
	int rounds;
	int successes, others, wrong;	/* atomic */
};

static void *racer(void *arg)
{
	struct race *race = arg;
	const int lost = race->unpins ? -ENODEV : strict ? -EEXIST : -EBUSY;
	int i;

	for (i = 0; i < race->rounds; i++) {
		int answer;

		pthread_barrier_wait(&race->start);
		answer = race->unpins ? unpin(race->fd, race->at, 2) : pin(race->fd, race->at, 2);
		if (!answer)
			__atomic_add_fetch(&race->successes, 1, __ATOMIC_SEQ_CST);
		else if (answer == lost)
			__atomic_add_fetch(&race->others, 1, __ATOMIC_SEQ_CST);
		else
			__atomic_add_fetch(&race->wrong, 1, __ATOMIC_SEQ_CST);
		pthread_barrier_wait(&race->start);
	}
	return NULL;
}

/* Four threads at a time make the same call; exactly one may succeed. */
static void race_of(bool unpins)
{
	enum { THREADS = 4, ROUNDS = 500 };
	long long before = balance();
	struct race race = { .fd = mempinfd(), .at = touched(2), .unpins = unpins, .rounds = ROUNDS };
	pthread_t threads[THREADS];
	int i;

	/*
	 * Out of movable memory first: of pins at the same time, which each must move
	 * the page, the kernel lets some fail (-ENOMEM, -EBUSY).
	 */
	EXPECT_EQUAL(pin(race.fd, race.at, 2), 0);
	EXPECT_EQUAL(unpin(race.fd, race.at, 2), 0);
	pthread_barrier_init(&race.start, NULL, THREADS + 1);
	for (i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, racer, &race))
			die("pthread_create");
	for (i = 0; i < ROUNDS; i++) {
		if (unpins)
			EXPECT_EQUAL(pin(race.fd, race.at, 2), 0);
		pthread_barrier_wait(&race.start);
		pthread_barrier_wait(&race.start);
		if (!unpins)
			EXPECT_EQUAL(unpin(race.fd, race.at, 2), 0);
	}
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQUAL(race.successes, ROUNDS);
	EXPECT_EQUAL(race.others, (THREADS - 1) * ROUNDS);
	EXPECT_EQUAL(race.wrong, 0);
	EXPECT_EQUAL(balance(), before);
	close(race.fd);
	unmap(race.at, 2);
}

static void point_18_of_racing_unpins_one_succeeds(void)
{
	race_of(true);
}

static void point_18_of_racing_pins_one_succeeds(void)
{
	race_of(false);
}

static void point_19_a_pinned_page_neither_moves_nor_faults(void)
{
	uint64_t frames[8];
	char *at = touched(8);
	int fd = mempinfd(), i, home;
	struct rusage before, after;

	EXPECT_EQUAL(pin(fd, at, 8), 0);
	for (i = 0; i < 8; i++) {
		frames[i] = pfn_of(at + i * PAGE);
		at[i * PAGE + 8] = 1;
	}
	home = facts_of(frames[0]).node;
	write_text("/proc/sys/vm/compact_memory", "1");
	madvise(at, 8 * PAGE, 21 /* MADV_PAGEOUT */);
	EXPECT_EQUAL(moved_to(at, !home), home);
	write_text("/proc/sys/vm/drop_caches", "3");
	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < 8; i++)
		at[i * PAGE + 16] = 1;
	getrusage(RUSAGE_SELF, &after);
	EXPECT_EQUAL(after.ru_minflt, before.ru_minflt);
	EXPECT_EQUAL(after.ru_majflt, before.ru_majflt);
	for (i = 0; i < 8; i++)
		EXPECT_EQUAL(pfn_of(at + i * PAGE), frames[i]);
	close(fd);
	unmap(at, 8);
}

/* ---- ways in ---- */

static void the_edition_is_told(void)
{
	char text[32];

	read_text(system_call ? MEMPINFD_SYSCALL_EDITION_FILE : MEMPINFD_DEVICE_EDITION_FILE, text,
		  sizeof(text));
	EXPECT(!strcmp(text, strict ? "strict\n" : "rfc\n"));
}

static void everybody_may_have_a_descriptor(void)
{
	pid_t child = fork_flushed();

	if (!child) {
		char *at = touched(1);
		int fd;

		if (setgid(65534) || setuid(65534))
			die("setuid");
		fd = try_mempinfd();
		EXPECT(fd >= 0);
		EXPECT_EQUAL(pin(fd, at, 1), 0);
		child_exit();
	}
	expect_child_ok(child);
}

static void the_system_call_answers_an_anonymous_inode(void)
{
	char path[32], name[64] = "";
	int fd = mempinfd();

	EXPECT(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	EXPECT(readlink(path, name, sizeof(name) - 1) > 0);
	EXPECT(!strcmp(name, "anon_inode:[mempinfd]"));
	if (kernel == 612)
		EXPECT_EQUAL(system_call, MEMPINFD_NR_6_12);
	if (kernel == 702)
		EXPECT_EQUAL(system_call, MEMPINFD_NR_7_2);
	EXPECT_ERROR(open(MEMPINFD_SYSCALL_FILE, O_WRONLY | O_CLOEXEC), EACCES);
	close(fd);
}

static void an_edition_that_does_not_exist_is_refused(void)
{
	int fd = open(MODULE_PATH, O_RDONLY | O_CLOEXEC);

	close(dev);
	EXPECT_EQUAL(syscall(SYS_delete_module, "pinfuzz", O_NONBLOCK), 0);
	EXPECT_ERROR(syscall(SYS_finit_module, fd, "mempinfd=posted", 0), EINVAL);
	close(fd);
	load_module(strict ? "mempinfd=strict" : "mempinfd=rfc");
	open_device();
}

static void an_open_descriptor_keeps_the_module(void)
{
	int fd = mempinfd();

	close(dev);
	EXPECT_ERROR(syscall(SYS_delete_module, "pinfuzz", O_NONBLOCK), EAGAIN);
	open_device();
	close(fd);
}

/* ---- running ---- */

static void run_case(const char *name, void (*test)(void))
{
	char full[128];

	snprintf(full, sizeof(full), "%s_%s_%s", strict ? "strict" : "rfc",
		 system_call ? "system_call" : "device", name);
	run(full, test);
}

#define CASE(test) run_case(#test, test)

static void run_cases(void)
{
	CASE(the_edition_is_told);
	CASE(everybody_may_have_a_descriptor);
	if (strict) {
		CASE(point_1_pinned_pages_are_charged);
		CASE(point_1_the_limit_of_locked_memory_holds_over_descriptors);
		CASE(point_1_a_child_has_a_charge_of_its_own);
		CASE(point_2_no_mistake_writes_to_the_log);
	} else {
		CASE(point_1_nothing_is_charged);
		CASE(point_2_every_failed_pin_writes_to_the_log);
	}
	CASE(point_3_overlapping_ranges_nest);
	CASE(point_3_descriptors_know_nothing_of_each_other);
	if (strict) {
		CASE(point_4_a_short_pin_leaves_nothing_pinned);
		CASE(point_5_an_overflowing_address_is_no_success);
		CASE(point_6_unpin_checks_as_pin_does);
	} else {
		CASE(point_4_a_short_pin_leaks_and_is_the_answer);
		CASE(point_5_an_overflowing_address_is_what_the_kernel_says);
		CASE(point_6_unpin_of_nothing_ends_a_range);
	}
	CASE(point_7_a_range_is_its_cover_in_pages);
	CASE(point_8_errors_say_what_is_wrong);
	if (strict) {
		CASE(point_9_more_pages_than_there_are_cost_nothing);
		CASE(point_9_a_descriptor_holds_so_many_ranges_and_no_more);
		CASE(point_10_a_stuck_pin_is_killable_and_holds_up_nobody);
	} else {
		CASE(point_9_more_pages_than_there_are_warn_in_the_log);
		CASE(point_10_a_stuck_pin_hangs_the_descriptor_unkillably);
	}
	CASE(point_11_the_last_close_ends_all_pins);
	CASE(point_11_death_by_signal_ends_all_pins);
	CASE(point_11_exec_closes_the_descriptor);
	CASE(point_11_a_descriptor_that_is_passed_on_keeps_its_pins);
	CASE(point_12_memory_after_exec_is_somebody_elses);
	if (strict)
		CASE(point_12_a_child_cannot_unpin_its_parents_range);
	else
		CASE(point_12_a_child_unpins_its_parents_range);
	CASE(point_12_threads_share_memory_and_so_their_ranges);
	CASE(point_13_a_range_outlives_its_mapping_until_unpinned);
	CASE(point_14_a_range_ends_whole_and_once);
	CASE(point_15_unknown_commands_are_told_apart);
	CASE(point_15_32_bit_callers_have_what_is_promised);
	if (strict)
		CASE(point_16_what_is_read_only_is_not_pinned_for_writing);
	else
		CASE(point_16_force_writes_through_read_only_mappings);
	CASE(point_17_pins_leave_movable_memory_and_give_it_back);
	CASE(point_18_of_racing_unpins_one_succeeds);
	CASE(point_18_of_racing_pins_one_succeeds);
	CASE(point_19_a_pinned_page_neither_moves_nor_faults);
}

int main(int count, char **arguments)
{
	bool executed = count == 3 && !strcmp(arguments[0], EXECUTED);
	bool guest = !executed && guest_begin();
	char text[4096];

	read_text("/proc/cmdline", text, sizeof(text));
	strict = !strstr(text, "mempinfd=rfc");
	if (executed)
		return after_exec(atoi(arguments[1]), strtoul(arguments[2], NULL, 10));

	if (access("/dev/pinfuzz", F_OK))
		load_module(strict ? "mempinfd=strict" : "mempinfd=rfc");
	open_device();

	run_cases();
	CASE(an_open_descriptor_keeps_the_module);
	if (guest)
		CASE(an_edition_that_does_not_exist_is_refused);
	if (read_text(MEMPINFD_SYSCALL_FILE, text, sizeof(text)) > 0) {
		system_call = strtol(text, NULL, 10);
		run_cases();
		CASE(the_system_call_answers_an_anonymous_inode);
	}
	return guest_end(guest);
}
