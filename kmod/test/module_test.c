// SPDX-License-Identifier: GPL-2.0
/*
 * Test of pinfuzz.ko on the kernel that runs it. Static, prints TAP to stdout.
 *
 * As PID 1 it mounts what it needs, also tests the module with each canary
 * (planted fault), and powers off. As root in a running system it tests the
 * module as it is loaded and loads /modules/pinfuzz.ko if it is not.
 *
 *	gcc -O2 -Wall -static -pthread -o init module_test.c
 */
#include "test.h"

#define HUGE_PAGE	(2UL << 20)

static int device_io(int fd, unsigned long cmd, uint32_t first, uint32_t pages, uint64_t *values)
{
	struct pfz_device arg = { .first = first, .pages = pages };
	int answer;

	memcpy(arg.values, values, (pages < PFZ_MAX_PIN_PAGES ? pages : PFZ_MAX_PIN_PAGES) * 8);
	answer = ioctl(fd, cmd, &arg);
	memcpy(values, arg.values, (pages < PFZ_MAX_PIN_PAGES ? pages : PFZ_MAX_PIN_PAGES) * 8);
	return answer;
}

static int open_descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 2048; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

/* ---- cases ---- */

static void version_is_told(void)
{
	struct pfz_version version;

	EXPECT_EQUAL(ioctl(dev, PFZ_IOC_VERSION, &version), 0);
	EXPECT_EQUAL(version.abi, PFZ_ABI_VERSION);
	EXPECT_EQUAL(version.canary, PFZ_CANARY_NONE);
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_VERSION, NULL), EFAULT);
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_COUNTERS, NULL), EFAULT);
}

static void unknown_commands_are_refused(void)
{
	struct pfz_pin pin;
	char *at = touched(1);

	EXPECT_ERROR(ioctl(dev, _IO('Z', 0x7f), 0), ENOTTY);
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_UNPIN, 0), ENOTTY);
	EXPECT_EQUAL(pin_at(&pin, at, 1, 0), 0);
	EXPECT_ERROR(ioctl(pin.fd, _IO('Z', 0x7f), 0), ENOTTY);
	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_PIN, &pin), ENOTTY);
	close(pin.fd);
	unmap(at, 1);
}

static void every_kind_of_pin_is_exact(void)
{
	uint32_t flags, i;

	for (flags = 0; flags <= PFZ_PIN_ALL; flags++) {
		struct pfz_counters before = counters(), held;
		long long balance_before = balance();
		char *at = touched(PFZ_MAX_PIN_PAGES);
		struct pfz_pin pin;

		EXPECT_EQUAL(pin_at(&pin, at, PFZ_MAX_PIN_PAGES, flags), 0);
		EXPECT_EQUAL(pin.pinned, PFZ_MAX_PIN_PAGES);
		EXPECT_EQUAL(balance(), balance_before + PFZ_MAX_PIN_PAGES);
		held = counters();
		EXPECT_EQUAL(held.pin_descriptors, before.pin_descriptors + 1);
		EXPECT_EQUAL(held.pinned_pages, before.pinned_pages + PFZ_MAX_PIN_PAGES);
		EXPECT(fcntl(pin.fd, F_GETFD) & FD_CLOEXEC);
		for (i = 0; i < pin.pinned; i++) {
			struct pfz_page page = facts_of(pin.pfns[i]);

			EXPECT_EQUAL(pin.pfns[i], pfn_of(at + i * PAGE));
			EXPECT(page.flags & PFZ_PAGE_VALID);
			EXPECT(page.flags & PFZ_PAGE_ANON);
			EXPECT(page.flags & PFZ_PAGE_MAYBE_PINNED);
			EXPECT_EQUAL(!!(page.flags & PFZ_PAGE_EXCLUSIVE), kernel >= 519);
			EXPECT_EQUAL(page.flags & (PFZ_PAGE_SHARED | PFZ_PAGE_ZERO | PFZ_PAGE_HUGE |
						   PFZ_PAGE_HUGETLB | PFZ_PAGE_KSM), 0);
			EXPECT_EQUAL(page.pins, 1);
			EXPECT(page.refs >= 1025);
			EXPECT_EQUAL(page.maps, 1);
			if (case_failed)
				break;
		}

		EXPECT_EQUAL(ioctl(pin.fd, PFZ_IOC_UNPIN), 0);
		EXPECT_EQUAL(balance(), balance_before);
		EXPECT_EQUAL(counters().pinned_pages, before.pinned_pages);
		EXPECT_EQUAL(counters().pin_descriptors, before.pin_descriptors + 1);
		EXPECT_EQUAL(facts_of(pin.pfns[0]).flags & PFZ_PAGE_MAYBE_PINNED, 0);
		EXPECT_EQUAL(facts_of(pin.pfns[0]).pins, 0);
		EXPECT_EQUAL(close(pin.fd), 0);
		EXPECT_EQUAL(counters().pin_descriptors, before.pin_descriptors);
		unmap(at, PFZ_MAX_PIN_PAGES);
	}
}

static void an_ended_pin_answers_no_entry(void)
{
	struct pfz_pin pin;
	char *at = touched(2);
	uint64_t value = 0;

	EXPECT_EQUAL(pin_at(&pin, at, 2, PFZ_PIN_WRITE), 0);
	EXPECT_EQUAL(ioctl(pin.fd, PFZ_IOC_UNPIN), 0);
	long long after = balance();

	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_UNPIN), ENOENT);
	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 0, 1, &value), ENOENT);
	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_WRITE, 0, 1, &value), ENOENT);
	close(pin.fd);
	EXPECT_EQUAL(balance(), after);
	unmap(at, 2);
}

static void close_ends_a_pin(void)
{
	struct pfz_counters before = counters();
	long long balance_before = balance();
	struct pfz_pin pin;
	char *at = touched(3);
	int copy;

	EXPECT_EQUAL(pin_at(&pin, at, 3, PFZ_PIN_WRITE | PFZ_PIN_LONGTERM), 0);
	copy = dup(pin.fd);
	close(pin.fd);
	EXPECT_EQUAL(balance(), balance_before + 3);
	close(copy);
	EXPECT_EQUAL(balance(), balance_before);
	EXPECT_EQUAL(counters().pinned_pages, before.pinned_pages);
	EXPECT_EQUAL(counters().pin_descriptors, before.pin_descriptors);
	unmap(at, 3);
}

static void the_death_of_the_owner_ends_a_pin(void)
{
	long long before = balance();
	pid_t child = fork_flushed();

	if (!child) {
		struct pfz_pin pin;

		EXPECT_EQUAL(pin_at(&pin, touched(5), 5, PFZ_PIN_WRITE | PFZ_PIN_LONGTERM), 0);
		child_exit();
	}
	expect_child_ok(child);
	EXPECT_EQUAL(balance(), before);
	EXPECT_EQUAL(counters().pin_descriptors, 0);
}

static void a_pin_outlives_its_mapping(void)
{
	struct pfz_pin pin;
	char *at = touched(1);
	uint64_t value = 0;

	EXPECT_EQUAL(pin_at(&pin, at, 1, PFZ_PIN_WRITE | PFZ_PIN_LONGTERM), 0);
	unmap(at, 1);
	EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 0, 1, &value), 0);
	EXPECT_EQUAL(value, 0x1000);
	EXPECT_EQUAL(facts_of(pin.pfns[0]).maps, 0);
	EXPECT_EQUAL(facts_of(pin.pfns[0]).pins, 1);
	close(pin.fd);
	EXPECT(facts_of(pin.pfns[0]).refs == 0 || pfn_of(at) == 0);
}

static void the_device_sees_memory_and_memory_sees_the_device(void)
{
	uint64_t values[PFZ_MAX_PIN_PAGES];
	struct pfz_pin pin;
	char *at = touched(PFZ_MAX_PIN_PAGES);
	uint32_t i;

	EXPECT_EQUAL(pin_at(&pin, at, PFZ_MAX_PIN_PAGES, PFZ_PIN_WRITE), 0);
	memset(values, 0, sizeof(values));
	EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 0, PFZ_MAX_PIN_PAGES, values), 0);
	for (i = 0; i < PFZ_MAX_PIN_PAGES; i++)
		EXPECT_EQUAL(values[i], 0x1000 + i);
	for (i = 0; i < 3; i++)
		values[i] = 0xabcdef0123456789ULL + i;
	EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_WRITE, 61, 3, values), 0);
	for (i = 0; i < PFZ_MAX_PIN_PAGES; i++)
		EXPECT_EQUAL(*(uint64_t *)(at + i * PAGE),
			     i < 61 ? 0x1000 + i : 0xabcdef0123456789ULL + i - 61);

	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 0, 0, values), EINVAL);
	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 64, 1, values), EINVAL);
	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 63, 2, values), EINVAL);
	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_WRITE, 0xffffffff, 2, values), EINVAL);
	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_WRITE, 0, 65, values), EINVAL);
	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_WRITE, 2, 0xffffffff, values), EINVAL);
	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_DEVICE_READ, NULL), EFAULT);
	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_DEVICE_WRITE, NULL), EFAULT);
	close(pin.fd);
	unmap(at, PFZ_MAX_PIN_PAGES);
}

static void a_read_only_pin_refuses_device_writes(void)
{
	uint64_t value = 7;
	struct pfz_pin pin;
	char *at = touched(1);

	EXPECT_EQUAL(pin_at(&pin, at, 1, PFZ_PIN_LONGTERM), 0);
	EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_WRITE, 0, 1, &value), EACCES);
	EXPECT_EQUAL(*(uint64_t *)at, 0x1000);
	EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 0, 1, &value), 0);
	EXPECT_EQUAL(value, 0x1000);
	close(pin.fd);
	unmap(at, 1);
}

static void bad_pins_are_refused_and_leave_nothing(void)
{
	char *at = touched(2), *read_only = map(1, PROT_READ, MAP_PRIVATE);
	char *none = map(1, PROT_NONE, MAP_PRIVATE), *gone = map(1, PROT_READ, MAP_PRIVATE);
	struct pfz_counters before = counters();
	long long balance_before = balance();
	int descriptors = open_descriptors();
	struct pfz_pin pin, *locked;
	uint32_t fast;

	unmap(gone, 1);
	for (fast = 0; fast <= PFZ_PIN_FAST; fast += PFZ_PIN_FAST) {
		EXPECT_ERROR(pin_at(&pin, at, 1, fast | 16), EINVAL);
		EXPECT_ERROR(pin_at(&pin, at, 1, fast | 0x80000000), EINVAL);
		EXPECT_ERROR(pin_at(&pin, at, 0, fast), EINVAL);
		EXPECT_ERROR(pin_at(&pin, at, PFZ_MAX_PIN_PAGES + 1, fast), EINVAL);
		EXPECT_ERROR(pin_at(&pin, at, 0xffffffff, fast), EINVAL);
		EXPECT_ERROR(pin_at(&pin, at + 1, 1, fast), EINVAL);
		EXPECT_ERROR(pin_at(&pin, (void *)-PAGE, 1, fast), EINVAL);
		EXPECT_ERROR(pin_at(&pin, (void *)-PAGE, 2, fast), EINVAL);
		EXPECT_ERROR(pin_at(&pin, (void *)(-2 * PAGE), 1, fast), EFAULT);
		EXPECT_ERROR(pin_at(&pin, (void *)0xffff888000000000UL, 1, fast), EFAULT);
		EXPECT_ERROR(pin_at(&pin, (void *)0x8000000000000000UL, 1, fast), EFAULT);
		EXPECT_ERROR(pin_at(&pin, NULL, 1, fast), EFAULT);
		EXPECT_ERROR(pin_at(&pin, gone, 1, fast), EFAULT);
		EXPECT_ERROR(pin_at(&pin, none, 1, fast), EFAULT);
		EXPECT_ERROR(pin_at(&pin, read_only, 1, fast | PFZ_PIN_WRITE), EFAULT);
		EXPECT_ERROR(pin_at(&pin, read_only, 1, fast | PFZ_PIN_WRITE | PFZ_PIN_LONGTERM),
			     EFAULT);
	}
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_PIN, NULL), EFAULT);
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_PIN, -PAGE), EFAULT);

	/* The answer cannot be written: the pin was taken and is given back. */
	locked = (struct pfz_pin *)map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	locked->addr = (uintptr_t)at;
	locked->pages = 2;
	locked->flags = PFZ_PIN_WRITE | PFZ_PIN_LONGTERM;
	locked->stride = PAGE;
	mprotect(locked, PAGE, PROT_READ);
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_PIN, locked), EFAULT);

	EXPECT_EQUAL(balance(), balance_before);
	EXPECT_EQUAL(counters().pinned_pages, before.pinned_pages);
	EXPECT_EQUAL(counters().pin_descriptors, before.pin_descriptors);
	EXPECT_EQUAL(open_descriptors(), descriptors);
	unmap((char *)locked, 1);
	unmap(at, 2);
	unmap(read_only, 1);
	unmap(none, 1);
}

static void pins_and_descriptors_have_a_limit(void)
{
	struct rlimit old, limit = { .rlim_cur = 2048, .rlim_max = 2048 };
	static int fds[PFZ_MAX_PINS];
	long long before = balance();
	char *at = touched(1);
	struct pfz_pin pin;
	int i;

	getrlimit(RLIMIT_NOFILE, &old);
	if (old.rlim_max > limit.rlim_max)
		limit.rlim_max = old.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		die("setrlimit");
	for (i = 0; i < PFZ_MAX_PINS; i++) {
		if (pin_at(&pin, at, 1, PFZ_PIN_WRITE)) {
			EXPECT_EQUAL(errno, 0);
			break;
		}
		fds[i] = pin.fd;
	}
	EXPECT_EQUAL(i, PFZ_MAX_PINS);
	EXPECT_EQUAL(facts_of(pin.pfns[0]).pins, PFZ_MAX_PINS);
	EXPECT_ERROR(pin_at(&pin, at, 1, PFZ_PIN_WRITE), ENOSPC);
	EXPECT_EQUAL(balance(), before + PFZ_MAX_PINS);
	while (i-- > 0)
		close(fds[i]);
	EXPECT_EQUAL(balance(), before);

	/* The next descriptor would be the first that the limit forbids. */
	limit.rlim_cur = dup(dev);
	close(limit.rlim_cur);
	setrlimit(RLIMIT_NOFILE, &limit);
	EXPECT_ERROR(pin_at(&pin, at, 1, PFZ_PIN_WRITE), EMFILE);
	setrlimit(RLIMIT_NOFILE, &old);
	EXPECT_EQUAL(balance(), before);
	EXPECT_EQUAL(counters().pin_descriptors, 0);
	EXPECT_EQUAL(counters().pinned_pages, 0);
	unmap(at, 1);
}

static void a_hole_makes_a_short_pin(void)
{
	uint32_t flags;

	for (flags = 0; flags <= PFZ_PIN_ALL; flags++) {
		long long before = balance();
		struct pfz_pin pin;
		char *at = touched(4);
		uint64_t values[3] = { 0 };

		unmap(at + 2 * PAGE, 1);
		EXPECT_EQUAL(pin_at(&pin, at, 4, flags), 0);
		EXPECT_EQUAL(pin.pinned, 2);
		EXPECT_EQUAL(balance(), before + 2);
		EXPECT_EQUAL(pin.pfns[1], pfn_of(at + PAGE));
		EXPECT_EQUAL(pin.pfns[2], 0xeeeeeeeeeeeeeeeeULL);
		EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 0, 2, values), 0);
		EXPECT_EQUAL(values[1], 0x1001);
		EXPECT_ERROR(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 1, 2, values), EINVAL);
		close(pin.fd);
		EXPECT_EQUAL(balance(), before);
		unmap(at, 2);
		unmap(at + 3 * PAGE, 1);
	}
}

static void long_term_pins_leave_zone_movable_where_promised(void)
{
	uint32_t fast, write, i;
	bool seen = false;

	for (fast = 0; fast <= PFZ_PIN_FAST; fast += PFZ_PIN_FAST) {
		for (write = 0; write <= PFZ_PIN_WRITE; write += PFZ_PIN_WRITE) {
			char *at = touched(16);
			uint64_t before[16];
			bool movable[16];
			struct pfz_pin pin;

			for (i = 0; i < 16; i++) {
				before[i] = pfn_of(at + i * PAGE);
				movable[i] = facts_of(before[i]).zone == PFZ_ZONE_MOVABLE;
				seen |= movable[i];
			}
			/* Short-term pins stay. */
			EXPECT_EQUAL(pin_at(&pin, at, 16, fast | write), 0);
			for (i = 0; i < 16; i++)
				EXPECT_EQUAL(pin.pfns[i], before[i]);
			close(pin.fd);

			EXPECT_EQUAL(pin_at(&pin, at, 16, fast | write | PFZ_PIN_LONGTERM), 0);
			EXPECT_EQUAL(pin.pinned, 16);
			for (i = 0; i < 16; i++) {
				struct pfz_page page = facts_of(pin.pfns[i]);

				EXPECT_EQUAL(pin.pfns[i], pfn_of(at + i * PAGE));
				EXPECT_EQUAL(*(uint64_t *)(at + i * PAGE), 0x1000 + i);
				if (kernel >= 513)
					EXPECT(page.zone != PFZ_ZONE_MOVABLE);
				else
					EXPECT_EQUAL(pin.pfns[i], before[i]);
				EXPECT_EQUAL(page.node, facts_of(before[i]).node);
			}
			close(pin.fd);
			unmap(at, 16);
		}
	}
	if (!seen)
		case_skipped = "no fresh page lies in ZONE_MOVABLE; boot with movablecore=";
}

static void children_inherit_the_descriptor_and_not_the_page(void)
{
	long long before = balance();
	struct pfz_pin pin;
	char *at = touched(2);
	uint64_t value = 0;
	pid_t child;

	EXPECT_EQUAL(pin_at(&pin, at, 2, PFZ_PIN_WRITE | PFZ_PIN_LONGTERM), 0);
	child = fork_flushed();
	if (!child) {
		EXPECT(pfn_of(at) != pin.pfns[0]);
		*(uint64_t *)at = 0x77;
		EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 0, 1, &value), 0);
		EXPECT_EQUAL(value, 0x1000);
		child_exit();
	}
	expect_child_ok(child);
	EXPECT_EQUAL(pfn_of(at), pin.pfns[0]);
	EXPECT_EQUAL(balance(), before + 2);

	child = fork_flushed();
	if (!child) {
		EXPECT_EQUAL(ioctl(pin.fd, PFZ_IOC_UNPIN), 0);
		child_exit();
	}
	expect_child_ok(child);
	EXPECT_EQUAL(balance(), before);
	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_UNPIN), ENOENT);
	close(pin.fd);
	unmap(at, 2);
}

static void pages_shared_by_fork_are_shared_and_not_exclusive(void)
{
	int ready[2], go[2];
	char *at = touched(1), byte = 0;
	struct pfz_page page;
	pid_t child;

	if (pipe(ready) || pipe(go))
		die("pipe");
	child = fork_flushed();
	if (!child) {
		close(go[1]);
		if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) < 0)
			_exit(2);
		_exit(0);
	}
	close(go[0]);
	if (read(ready[0], &byte, 1) != 1)
		die("read");
	page = facts_of(pfn_of(at));
	EXPECT_EQUAL(page.maps, 2);
	EXPECT(page.flags & PFZ_PAGE_SHARED);
	EXPECT(page.flags & PFZ_PAGE_ANON);
	EXPECT_EQUAL(page.flags & (PFZ_PAGE_EXCLUSIVE | PFZ_PAGE_MAYBE_PINNED), 0);
	close(go[1]);
	expect_child_ok(child);
	page = facts_of(pfn_of(at));
	EXPECT_EQUAL(page.maps, 1);
	EXPECT_EQUAL(page.flags & PFZ_PAGE_SHARED, 0);
	close(ready[0]);
	close(ready[1]);
	unmap(at, 1);
}

static void the_zero_page_is_told(void)
{
	char *at = map(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct pfz_page page;

	if (*(volatile char *)at)
		die("fresh memory");
	page = facts_of(pfn_of(at));
	EXPECT((page.flags & PFZ_PAGE_VALID) && (page.flags & PFZ_PAGE_ZERO));
	EXPECT_EQUAL(page.flags & (PFZ_PAGE_ANON | PFZ_PAGE_EXCLUSIVE), 0);
	unmap(at, 1);
}

static void shared_memory_is_not_anonymous(void)
{
	struct pfz_counters before = counters();
	char *at = map(8, PROT_READ | PROT_WRITE, MAP_SHARED);
	struct pfz_page page;
	struct pfz_pin pin;
	uint64_t value = 5;

	memset(at, 1, 8 * PAGE);
	EXPECT_EQUAL(counters().shmem_pages, before.shmem_pages + 8);
	EXPECT_EQUAL(pin_at(&pin, at, 8, PFZ_PIN_WRITE | PFZ_PIN_LONGTERM), 0);
	EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_WRITE, 7, 1, &value), 0);
	EXPECT_EQUAL(*(uint64_t *)(at + 7 * PAGE), 5);
	page = facts_of(pin.pfns[0]);
	EXPECT_EQUAL(page.flags & (PFZ_PAGE_ANON | PFZ_PAGE_EXCLUSIVE), 0);
	EXPECT(page.flags & PFZ_PAGE_MAYBE_PINNED);
	close(pin.fd);
	unmap(at, 8);
	EXPECT_EQUAL(counters().shmem_pages, before.shmem_pages);
}

static void anonymous_pages_are_counted(void)
{
	struct pfz_counters before;
	char *at;

	/* Faults of the test itself happen before. */
	counters();
	at = map(40, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	before = counters();
	memset(at, 1, 40 * PAGE);
	EXPECT_EQUAL(counters().anon_mapped_pages, before.anon_mapped_pages + 40);
	unmap(at, 40);
	EXPECT_EQUAL(counters().anon_mapped_pages, before.anon_mapped_pages);
}

static void counters_agree_with_vmstat(void)
{
	struct pfz_counters c;
	char name[64];
	unsigned long long value, acquired = 0, released = 0;
	FILE *vmstat;

	write_text("/proc/sys/vm/stat_refresh", "1");
	c = counters();
	vmstat = fopen("/proc/vmstat", "r");
	if (!vmstat)
		die("/proc/vmstat");
	while (fscanf(vmstat, "%63s %llu", name, &value) == 2) {
		if (!strcmp(name, "nr_foll_pin_acquired"))
			acquired = value;
		if (!strcmp(name, "nr_foll_pin_released"))
			released = value;
	}
	fclose(vmstat);
	EXPECT(acquired > 0);
	EXPECT_EQUAL(c.foll_pin_acquired, acquired);
	EXPECT_EQUAL(c.foll_pin_released, released);
}

static void huge_pages_are_told_and_their_pins_counted_apart(void)
{
	char *raw = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = (char *)(((uintptr_t)raw + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));
	struct pfz_page page;
	struct pfz_pin pin;

	madvise(at, HUGE_PAGE, MADV_HUGEPAGE);
	*(uint64_t *)at = 1;
	page = facts_of(pfn_of(at + 5 * PAGE));
	if (!(page.flags & PFZ_PAGE_HUGE)) {
		case_skipped = "no transparent huge page was given";
	} else {
		EXPECT(page.flags & PFZ_PAGE_ANON);
		EXPECT_EQUAL(page.maps, 1);
		EXPECT_EQUAL(page.pins, 0);
		EXPECT_EQUAL(!!(page.flags & PFZ_PAGE_EXCLUSIVE), kernel >= 519);
		EXPECT_EQUAL(pin_at(&pin, at + 5 * PAGE, 3, PFZ_PIN_WRITE), 0);
		/* Split mappings of the same folio: each page keeps its own mark. */
		mprotect(at + HUGE_PAGE / 2, PAGE, PROT_READ);
		page = facts_of(pin.pfns[1]);
		EXPECT_EQUAL(page.maps, 1);
		EXPECT_EQUAL(!!(page.flags & PFZ_PAGE_EXCLUSIVE), kernel >= 519);
		EXPECT_EQUAL(page.pins, 3);
		EXPECT(page.flags & PFZ_PAGE_MAYBE_PINNED);
		/* The pin is the folio's. */
		EXPECT_EQUAL(facts_of(pfn_of(at)).pins, 3);
		close(pin.fd);
		page = facts_of(pin.pfns[1]);
		EXPECT_EQUAL(page.pins, 0);
		EXPECT_EQUAL(page.flags & PFZ_PAGE_MAYBE_PINNED, 0);
	}
	munmap(raw, 2 * HUGE_PAGE);
}

static void hugetlb_pages_are_told(void)
{
	struct pfz_page page;
	struct pfz_pin pin;
	char *at;

	write_text("/proc/sys/vm/nr_hugepages", "2");
	at = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (at == MAP_FAILED) {
		case_skipped = "no hugetlb page was given";
		return;
	}
	*(uint64_t *)at = 1;
	page = facts_of(pfn_of(at + 9 * PAGE));
	EXPECT(page.flags & PFZ_PAGE_HUGETLB);
	EXPECT(page.flags & PFZ_PAGE_ANON);
	EXPECT_EQUAL(page.flags & (PFZ_PAGE_HUGE | PFZ_PAGE_SHARED), 0);
	EXPECT_EQUAL(page.maps, 1);
	EXPECT_EQUAL(!!(page.flags & PFZ_PAGE_EXCLUSIVE), kernel >= 519);
	EXPECT_EQUAL(pin_at(&pin, at, 4, PFZ_PIN_WRITE | PFZ_PIN_FAST), 0);
	EXPECT_EQUAL(facts_of(pin.pfns[3]).pins, 4);
	close(pin.fd);
	munmap(at, HUGE_PAGE);
	write_text("/proc/sys/vm/nr_hugepages", "0");
}

static void merged_pages_are_told(void)
{
	char *at = touched(8);
	struct pfz_page page;
	int tries;

	memset(at, 0x5a, 8 * PAGE);
	write_text("/sys/kernel/mm/ksm/sleep_millisecs", "1");
	write_text("/sys/kernel/mm/ksm/pages_to_scan", "1000");
	if (madvise(at, 8 * PAGE, MADV_MERGEABLE) || !write_text("/sys/kernel/mm/ksm/run", "1")) {
		case_skipped = "this kernel has no KSM";
		return;
	}
	for (tries = 0; tries < 1000; tries++) {
		page = facts_of(pfn_of(at));
		if (page.maps == 8)
			break;
		usleep(10000);
	}
	EXPECT(page.flags & PFZ_PAGE_KSM);
	EXPECT(page.flags & PFZ_PAGE_ANON);
	EXPECT_EQUAL(page.flags & PFZ_PAGE_EXCLUSIVE, 0);
	EXPECT(page.flags & PFZ_PAGE_SHARED);
	EXPECT_EQUAL(page.maps, 8);
	write_text("/sys/kernel/mm/ksm/run", "2");
	unmap(at, 8);
}

/* What PFZ_IOC_MAPPINGS takes over from an entry of pagemap. */
#define ENTRY_PRESENT	(1ULL << 63)
#define ENTRY_SWAPPED	(1ULL << 62)
#define ENTRY_FILE	(1ULL << 61)
#define ENTRY_OWN	(0xfULL << 57)
#define ENTRY_FRAME	((1ULL << 55) - 1)
#define UNTOUCHED	0xeeeeeeeeeeeeeeeeULL

static int mappings(struct pfz_mappings *arg, int pid, const void *addr, uint32_t pages)
{
	memset(arg, 0xee, sizeof(*arg));
	arg->addr = (uintptr_t)addr;
	arg->pages = pages;
	arg->pid = pid;
	arg->stride = PAGE;
	return ioctl(dev, PFZ_IOC_MAPPINGS, arg);
}

/* The module and pagemap, read after it, say the same; answers the first entry. */
static uint64_t same_mappings(int line, int pid, const char *at, uint32_t pages)
{
	uint64_t should[PFZ_MAX_PIN_PAGES];
	struct pfz_mappings is;
	char path[40];
	uint32_t i;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid ? pid : getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (mappings(&is, pid, at, pages)) {
		fail(line, "PFZ_IOC_MAPPINGS answered errno %d", errno);
		pages = 0;
	}
	if (pread(fd, should, pages * 8, (uintptr_t)at / PAGE * 8) != (ssize_t)pages * 8)
		die(path);
	close(fd);
	for (i = 0; i < pages; i++) {
		should[i] &= ENTRY_PRESENT | ENTRY_SWAPPED | ENTRY_FILE |
			     (should[i] & ENTRY_PRESENT ? ENTRY_FRAME : 0);
		/* what else the module tells stands in no pagemap of all these kernels */
		is.entries[i] &= ~ENTRY_OWN;
		if (is.entries[i] != should[i])
			fail(line, "page %u is %#llx, not %#llx", i, (long long)is.entries[i],
			     (long long)should[i]);
	}
	for (; i < PFZ_MAX_PIN_PAGES; i++)
		if (is.entries[i] != UNTOUCHED)
			fail(line, "page %u was not asked for", i);
	return is.entries[0];
}

#define SAME_MAPPINGS(at, pages)	same_mappings(__LINE__, 0, at, pages)

static void mappings_of_anonymous_memory_equal_pagemap(void)
{
	char *at = touched(PFZ_MAX_PIN_PAGES), *zero, *shared;

	EXPECT_EQUAL(SAME_MAPPINGS(at, 1), ENTRY_PRESENT | pfn_of(at));
	SAME_MAPPINGS(at, PFZ_MAX_PIN_PAGES);
	mprotect(at + PAGE, PAGE, PROT_NONE);
	EXPECT_EQUAL(SAME_MAPPINGS(at + PAGE, 1), ENTRY_PRESENT | pfn_of(at + PAGE));
	unmap(at + 2 * PAGE, 1);
	EXPECT_EQUAL(SAME_MAPPINGS(at + 2 * PAGE, 1), 0);
	madvise(at + 3 * PAGE, PAGE, MADV_DONTNEED);
	EXPECT_EQUAL(SAME_MAPPINGS(at + 3 * PAGE, 1), 0);
	SAME_MAPPINGS(at, PFZ_MAX_PIN_PAGES);
	unmap(at, PFZ_MAX_PIN_PAGES);
	SAME_MAPPINGS(at, PFZ_MAX_PIN_PAGES);

	zero = map(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	EXPECT_EQUAL(SAME_MAPPINGS(zero, 2), 0);
	if (*(volatile char *)zero)
		die("fresh memory");
	EXPECT_EQUAL(SAME_MAPPINGS(zero, 2), ENTRY_PRESENT | pfn_of(zero));
	EXPECT_EQUAL(SAME_MAPPINGS(zero + PAGE, 1), 0);
	unmap(zero, 2);

	shared = map(2, PROT_READ | PROT_WRITE, MAP_SHARED);
	*shared = 1;
	EXPECT_EQUAL(SAME_MAPPINGS(shared, 2), ENTRY_PRESENT | ENTRY_FILE | pfn_of(shared));
	EXPECT_EQUAL(SAME_MAPPINGS(shared + PAGE, 1), 0);
	unmap(shared, 2);
}

static void mappings_of_files_equal_pagemap(void)
{
	int fd = memfd_create("pages", MFD_CLOEXEC);
	char *shared, *private;

	if (fd < 0 || ftruncate(fd, 3 * PAGE))
		die("memfd");
	shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	private = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (shared == MAP_FAILED || private == MAP_FAILED)
		die("mmap");
	EXPECT_EQUAL(SAME_MAPPINGS(shared, 4), 0);
	shared[0] = shared[PAGE] = 1;
	EXPECT_EQUAL(SAME_MAPPINGS(private, 4), 0);
	if (*(volatile char *)private != 1)
		die("private file mapping");
	EXPECT_EQUAL(SAME_MAPPINGS(private, 4), ENTRY_PRESENT | ENTRY_FILE | pfn_of(shared));
	private[0] = 2;
	EXPECT_EQUAL(SAME_MAPPINGS(private, 4), ENTRY_PRESENT | pfn_of(private));
	EXPECT(pfn_of(private) != pfn_of(shared));
	EXPECT_EQUAL(SAME_MAPPINGS(shared, 4), ENTRY_PRESENT | ENTRY_FILE | pfn_of(shared));
	if (ftruncate(fd, PAGE))
		die("ftruncate");
	EXPECT_EQUAL(SAME_MAPPINGS(shared + PAGE, 3), 0);
	unmap(shared, 4);
	unmap(private, 4);
	close(fd);
}

static void mappings_of_huge_pages_equal_pagemap(void)
{
	char *raw = mmap(NULL, 2 * HUGE_PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = (char *)(((uintptr_t)raw + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1));

	madvise(at, HUGE_PAGE, MADV_HUGEPAGE);
	*(uint64_t *)at = 1;
	if (!(facts_of(pfn_of(at)).flags & PFZ_PAGE_HUGE))
		case_skipped = "no transparent huge page was given";
	EXPECT_EQUAL(SAME_MAPPINGS(at + 5 * PAGE, 3), ENTRY_PRESENT | pfn_of(at + 5 * PAGE));
	mprotect(at + HUGE_PAGE / 2, PAGE, PROT_NONE);
	SAME_MAPPINGS(at + HUGE_PAGE / 2 - PAGE, 3);
	SAME_MAPPINGS(at + HUGE_PAGE - PAGE, 2);
	munmap(raw, 2 * HUGE_PAGE);

	write_text("/proc/sys/vm/nr_hugepages", "2");
	at = mmap(NULL, HUGE_PAGE, PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (at == MAP_FAILED) {
		case_skipped = "no hugetlb page was given";
		return;
	}
	EXPECT_EQUAL(SAME_MAPPINGS(at, 2), 0);
	*(uint64_t *)at = 1;
	EXPECT_EQUAL(SAME_MAPPINGS(at + 9 * PAGE, 3),
		     ENTRY_PRESENT | ENTRY_FILE | pfn_of(at + 9 * PAGE));
	munmap(at, HUGE_PAGE);
	write_text("/proc/sys/vm/nr_hugepages", "0");
}

static void mappings_of_a_forked_child_are_its_own(void)
{
	char *at = touched(3);
	int ready[2], done[2];
	struct pfz_mappings none;
	siginfo_t ended;
	pid_t child;
	char byte;

	if (pipe2(ready, O_CLOEXEC) || pipe2(done, O_CLOEXEC))
		die("pipe2");
	child = fork_flushed();
	if (!child) {
		close(done[1]);
		*at = 2;
		unmap(at + 2 * PAGE, 1);
		EXPECT_EQUAL(write(ready[1], "", 1), 1);
		EXPECT_EQUAL(read(done[0], &byte, 1), 0);
		child_exit();
	}
	if (read(ready[0], &byte, 1) != 1)
		die("child");
	EXPECT(same_mappings(__LINE__, child, at, 3) != (ENTRY_PRESENT | pfn_of(at)));
	EXPECT_EQUAL(same_mappings(__LINE__, child, at + PAGE, 1),
		     ENTRY_PRESENT | pfn_of(at + PAGE));
	EXPECT_EQUAL(same_mappings(__LINE__, child, at + 2 * PAGE, 1), 0);
	EXPECT_EQUAL(SAME_MAPPINGS(at, 3), ENTRY_PRESENT | pfn_of(at));
	close(done[1]);

	/* Its memory goes before it does. */
	if (waitid(P_PID, child, &ended, WEXITED | WNOWAIT))
		die("waitid");
	EXPECT_ERROR(mappings(&none, child, at, 3), ESRCH);
	expect_child_ok(child);
	EXPECT_ERROR(mappings(&none, child, at, 3), ESRCH);
	EXPECT_EQUAL(none.entries[0], UNTOUCHED);
	close(done[0]);
	close(ready[0]);
	close(ready[1]);
	unmap(at, 3);
}

static void bad_mappings_are_refused(void)
{
	const uintptr_t task_end = 0x7ffffffff000UL;
	struct pfz_mappings arg, *readonly;
	char *at = touched(1);

	EXPECT_ERROR(mappings(&arg, 0, at, 0), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, at, PFZ_MAX_PIN_PAGES + 1), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, at, 0xffffffff), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, at + 1, 1), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, at + PAGE / 2, 1), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, (void *)-PAGE, 1), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, (void *)-PAGE, 2), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, (void *)(1UL << 63), 1), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, (void *)0xffff888000000000UL, 1), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, (void *)task_end, 1), EINVAL);
	EXPECT_ERROR(mappings(&arg, 0, (void *)(task_end - PAGE), 2), EINVAL);
	EXPECT_EQUAL(SAME_MAPPINGS((void *)(task_end - PAGE), 1), 0);
	EXPECT_EQUAL(SAME_MAPPINGS((void *)(1UL << 46), PFZ_MAX_PIN_PAGES), 0);
	EXPECT_EQUAL(SAME_MAPPINGS(NULL, 1), 0);
	EXPECT_ERROR(mappings(&arg, -1, at, 1), EINVAL);
	EXPECT_ERROR(mappings(&arg, INT32_MAX, at, 1), ESRCH);
	/* A kernel thread has no memory of its own. */
	if (getpid() == 1)
		EXPECT_ERROR(mappings(&arg, 2, at, 1), ESRCH);
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_MAPPINGS, NULL), EFAULT);
	readonly = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(readonly, PAGE, PROT_READ | PROT_WRITE);
	readonly->addr = (uintptr_t)at;
	readonly->pages = 1;
	readonly->stride = PAGE;
	mprotect(readonly, PAGE, PROT_READ);
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_MAPPINGS, readonly), EFAULT);
	unmap((char *)readonly, 1);
	unmap(at, 1);
}

static void bad_queries_are_refused(void)
{
	static struct pfz_page pages[PFZ_MAX_QUERY_PAGES + 1];
	struct pfz_query arg = { .pages = (uintptr_t)pages, .count = 1 };

	EXPECT_ERROR(query(pages, 0), EINVAL);
	EXPECT_ERROR(query(pages, PFZ_MAX_QUERY_PAGES + 1), EINVAL);
	EXPECT_ERROR(query(pages, 0xffffffff), EINVAL);
	arg.reserved = 1;
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_QUERY, &arg), EINVAL);
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_QUERY, NULL), EFAULT);
	EXPECT_ERROR(query(NULL, 1), EFAULT);
	EXPECT_ERROR(query((void *)-PAGE, 256), EFAULT);
	EXPECT_ERROR(query((void *)0xffff888000000000UL, 1), EFAULT);
	EXPECT_EQUAL(query(pages, PFZ_MAX_QUERY_PAGES), 0);
}

static void any_frame_number_can_be_asked(void)
{
	struct pfz_page page, no_page;
	int bit;

	for (bit = 21; bit < 64; bit++) {
		uint64_t asked[] = { 1ULL << bit, ~0ULL << bit, ~0ULL >> (63 - bit),
				     (1ULL << bit) | pfn_of(&page) };
		size_t i;

		for (i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
			page = facts_of(asked[i]);
			memset(&no_page, 0, sizeof(no_page));
			no_page.pfn = asked[i];
			if (memcmp(&page, &no_page, sizeof(page)))
				fail(__LINE__, "frame %#llx: flags %#x", (long long)asked[i],
				     page.flags);
		}
	}
}

static void all_of_memory_can_be_asked(void)
{
	static struct pfz_page pages[PFZ_MAX_QUERY_PAGES];
	long valid = 0, zones[8] = { 0 }, nodes[2] = { 0 }, types[8] = { 0 }, odd = 0;
	uint64_t pfn, i;

	/* Up to 8 GiB, beyond all memory of the guest. */
	for (pfn = 0; pfn < 2 << 20; pfn += PFZ_MAX_QUERY_PAGES) {
		for (i = 0; i < PFZ_MAX_QUERY_PAGES; i++)
			pages[i].pfn = pfn + i;
		if (query(pages, PFZ_MAX_QUERY_PAGES))
			die("PFZ_IOC_QUERY");
		for (i = 0; i < PFZ_MAX_QUERY_PAGES; i++) {
			if (!(pages[i].flags & PFZ_PAGE_VALID))
				continue;
			valid++;
			zones[pages[i].zone & 7]++;
			nodes[pages[i].node & 1]++;
			types[pages[i].migratetype & 7]++;
			odd += pages[i].pins < 0 || pages[i].maps < 0 || pages[i].maps > 4096 ||
			       pages[i].refs < 0 || pages[i].migratetype == PFZ_MT_UNKNOWN ||
			       pages[i].zone == PFZ_ZONE_UNKNOWN;
		}
	}
	printf("# %ld frames; zones dma %ld dma32 %ld normal %ld movable %ld; nodes %ld %ld; "
	       "types unmovable %ld movable %ld reclaimable %ld highatomic %ld\n", valid, zones[0],
	       zones[1], zones[2], zones[3], nodes[0], nodes[1], types[0], types[1], types[2],
	       types[3]);
	EXPECT_EQUAL(odd, 0);
	EXPECT(valid >= sysconf(_SC_PHYS_PAGES));
	EXPECT(types[PFZ_MT_MOVABLE] > 0);
}

static void anonymous_memory_lies_in_movable_pageblocks(void)
{
	char *at = touched(64);
	int i, movable = 0;

	for (i = 0; i < 64; i++)
		movable += facts_of(pfn_of(at + i * PAGE)).migratetype == PFZ_MT_MOVABLE;
	/* The allocator may fall back to other blocks, but not for most. */
	EXPECT(movable > 32);
	unmap(at, 64);
}

struct race {
	int fd;
	pthread_barrier_t start;
	int unpinned;
	int odd;
};

static void *race_lane(void *arg)
{
	struct race *race = arg;
	uint64_t value = 0;
	int i;

	pthread_barrier_wait(&race->start);
	for (i = 0; i < 5; i++)
		if (device_io(race->fd, PFZ_IOC_DEVICE_WRITE, 0, 1, &value) && errno != ENOENT)
			__atomic_fetch_add(&race->odd, 1, __ATOMIC_SEQ_CST);
	if (!ioctl(race->fd, PFZ_IOC_UNPIN))
		__atomic_fetch_add(&race->unpinned, 1, __ATOMIC_SEQ_CST);
	else if (errno != ENOENT)
		__atomic_fetch_add(&race->odd, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void racing_unpins_end_a_pin_once(void)
{
	long long before = balance();
	char *at = touched(1);
	int round, i;

	for (round = 0; round < 100; round++) {
		pthread_t lanes[4];
		struct pfz_pin pin;
		struct race race = { 0 };

		EXPECT_EQUAL(pin_at(&pin, at, 1, PFZ_PIN_WRITE), 0);
		race.fd = pin.fd;
		pthread_barrier_init(&race.start, NULL, 4);
		for (i = 0; i < 4; i++)
			pthread_create(&lanes[i], NULL, race_lane, &race);
		for (i = 0; i < 4; i++)
			pthread_join(lanes[i], NULL);
		EXPECT_EQUAL(race.unpinned, 1);
		EXPECT_EQUAL(race.odd, 0);
		close(pin.fd);
	}
	EXPECT_EQUAL(balance(), before);
	unmap(at, 1);
}

static void an_open_descriptor_keeps_the_module(void)
{
	struct pfz_pin pin;
	char *at = touched(1);

	EXPECT_EQUAL(pin_at(&pin, at, 1, PFZ_PIN_WRITE), 0);
	close(dev);
	EXPECT_ERROR(syscall(SYS_delete_module, "pinfuzz", O_NONBLOCK), EWOULDBLOCK);
	close(pin.fd);
	dev = open("/dev/pinfuzz", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		die("/dev/pinfuzz");
	unmap(at, 1);
}

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void pages_apart_are_pinned_by_a_call_each(void)
{
	char *at = touched(8);
	struct pfz_pin pin;
	long long before = balance();
	uint32_t i;

	memset(&pin, 0, sizeof(pin));
	pin.addr = (uintptr_t)at;
	pin.pages = 4;
	pin.flags = PFZ_PIN_WRITE;
	pin.stride = 2 * PAGE;
	EXPECT_EQUAL(ioctl(dev, PFZ_IOC_PIN, &pin), 0);
	EXPECT_EQUAL(pin.pinned, 4);
	EXPECT_EQUAL(balance(), before + 4);
	for (i = 0; i < 4; i++)
		EXPECT_EQUAL(pin.pfns[i], pfn_of(at + 2 * i * PAGE));
	close(pin.fd);
	EXPECT_EQUAL(balance(), before);
	pin.stride = 0;
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_PIN, &pin), EINVAL);
	pin.stride = PAGE + 1;
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_PIN, &pin), EINVAL);
	pin.stride = 2 * PFZ_MAX_STRIDE;
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_PIN, &pin), EINVAL);
	unmap(at, 8);
}

static void parts_of_a_pin_are_given_back_once(void)
{
	char *at = touched(4);
	struct pfz_part part = { .first = 1, .pages = 2 };
	struct pfz_device device = { .pages = 4 };
	long long before = balance();
	struct pfz_pin pin;

	*(uint64_t *)at = 11;
	*(uint64_t *)(at + PAGE) = 22;
	EXPECT_EQUAL(pin_at(&pin, at, 4, PFZ_PIN_WRITE), 0);
	EXPECT_EQUAL(ioctl(pin.fd, PFZ_IOC_UNPIN_PART, &part), 0);
	EXPECT_EQUAL(balance(), before + 2);
	EXPECT_EQUAL(ioctl(pin.fd, PFZ_IOC_UNPIN_PART, &part), 0);
	EXPECT_EQUAL(balance(), before + 2);
	EXPECT_EQUAL(ioctl(pin.fd, PFZ_IOC_DEVICE_READ, &device), 0);
	EXPECT_EQUAL(device.values[0], 11);
	EXPECT_EQUAL(device.values[1], 0);
	part.pages = 4;
	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_UNPIN_PART, &part), EINVAL);
	part.pages = 0;
	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_UNPIN_PART, &part), EINVAL);
	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_UNPIN_PART, NULL), EFAULT);
	EXPECT_EQUAL(ioctl(pin.fd, PFZ_IOC_UNPIN), 0);
	part.pages = 1;
	EXPECT_ERROR(ioctl(pin.fd, PFZ_IOC_UNPIN_PART, &part), ENOENT);
	EXPECT_EQUAL(balance(), before);
	close(pin.fd);
	unmap(at, 4);
}

static void a_hold_is_references_and_no_pin(void)
{
	struct pfz_file_pages hold = { .pages = 2, .stride = PAGE };
	struct pfz_device device = { .pages = 2, .values = { 33, 44 } };
	int file = memfd_create("hold", MFD_CLOEXEC);
	long long before = balance();
	struct pfz_page page;
	uint64_t value = 0;
	int refs;

	if (file < 0 || ftruncate(file, 4 * PAGE))
		die("memfd_create");
	hold.file = file;
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_HOLD, &hold), ENOENT);
	if (pwrite(file, "x", 1, 0) != 1 || pwrite(file, "x", 1, PAGE) != 1)
		die("pwrite");
	hold.first = 0;
	EXPECT_EQUAL(ioctl(dev, PFZ_IOC_HOLD, &hold), 0);
	EXPECT_EQUAL(hold.pinned, 2);
	EXPECT_EQUAL(balance(), before);
	page = facts_of(hold.pfns[0]);
	EXPECT(page.flags & PFZ_PAGE_VALID);
	EXPECT(!(page.flags & PFZ_PAGE_MAYBE_PINNED));
	refs = page.refs;
	EXPECT_EQUAL(ioctl(hold.fd, PFZ_IOC_DEVICE_WRITE, &device), 0);
	if (pread(file, &value, sizeof(value), PAGE) != sizeof(value))
		die("pread");
	EXPECT_EQUAL(value, 44);
	close(hold.fd);
	page = facts_of(hold.pfns[0]);
	EXPECT_EQUAL(page.refs, refs - 1);
	hold.reserved = 1;
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_HOLD, &hold), EINVAL);
	hold.reserved = 0;
	hold.file = -1;
	EXPECT_ERROR(ioctl(dev, PFZ_IOC_HOLD, &hold), EBADF);
	close(file);
}

static void a_file_is_pinned_by_its_descriptor_where_the_kernel_can(void)
{
	struct pfz_file_pages pin = { .pages = 2, .stride = PAGE };
	int file = memfd_create("pin", MFD_CLOEXEC);
	long long before = balance();

	if (file < 0 || ftruncate(file, 4 * PAGE))
		die("memfd_create");
	pin.file = file;
	if (ioctl(dev, PFZ_IOC_PIN_FILE, &pin)) {
		EXPECT_EQUAL(errno, EOPNOTSUPP);
	} else {
		EXPECT_EQUAL(pin.pinned, 2);
		EXPECT(facts_of(pin.pfns[0]).flags & PFZ_PAGE_MAYBE_PINNED);
		close(pin.fd);
	}
	EXPECT_EQUAL(balance(), before);
	close(file);
}

static void costs_are_measured(void)
{
	const int rounds = 20000;
	char *at = touched(4);
	struct pfz_page pages[4];
	struct pfz_pin pin = { .addr = (uintptr_t)at, .pages = 1, .flags = PFZ_PIN_WRITE, .stride = PAGE };
	struct pfz_query ask = { .pages = (uintptr_t)pages, .count = 4 };
	struct pfz_version version;
	struct pfz_mappings map_arg = { .addr = (uintptr_t)at, .pages = 4, .stride = PAGE };
	double start, call_us, pin_us, long_us, query_us, map_us, count_us;
	struct pfz_counters c;
	int i;

	for (i = 0; i < 4; i++)
		pages[i].pfn = pfn_of(at + i * PAGE);
	start = now_us();
	for (i = 0; i < rounds; i++)
		ioctl(dev, PFZ_IOC_VERSION, &version);
	call_us = (now_us() - start) / rounds;
	start = now_us();
	for (i = 0; i < rounds; i++) {
		if (ioctl(dev, PFZ_IOC_PIN, &pin) || ioctl(pin.fd, PFZ_IOC_UNPIN) || close(pin.fd))
			die("pin");
	}
	pin_us = (now_us() - start) / rounds;
	pin.flags |= PFZ_PIN_LONGTERM | PFZ_PIN_FAST;
	start = now_us();
	for (i = 0; i < rounds; i++) {
		if (ioctl(dev, PFZ_IOC_PIN, &pin) || ioctl(pin.fd, PFZ_IOC_UNPIN) || close(pin.fd))
			die("pin");
	}
	long_us = (now_us() - start) / rounds;
	start = now_us();
	for (i = 0; i < rounds; i++)
		ioctl(dev, PFZ_IOC_QUERY, &ask);
	query_us = (now_us() - start) / rounds;
	start = now_us();
	for (i = 0; i < rounds; i++)
		ioctl(dev, PFZ_IOC_MAPPINGS, &map_arg);
	map_us = (now_us() - start) / rounds;
	start = now_us();
	for (i = 0; i < rounds; i++)
		ioctl(dev, PFZ_IOC_COUNTERS, &c);
	count_us = (now_us() - start) / rounds;
	printf("# us: version %.2f, pin+unpin+close %.2f (slow) %.2f (fast, long-term), "
	       "query of 4 pages %.2f, mappings of 4 pages %.2f, counters %.2f\n", call_us, pin_us,
	       long_us, query_us, map_us, count_us);
	unmap(at, 4);
}

static void the_kernel_log_is_quiet(void)
{
	static const char *const splats[] = {
		"WARNING:", "BUG:", "Oops", "Bad page", "Bad rss", "blocked for more than",
		"general protection", "Call Trace",
	};
	static char log[1 << 20];
	int length = klogctl(3, log, sizeof(log) - 1);
	size_t i;

	if (length < 0)
		die("klogctl");
	log[length] = 0;
	for (i = 0; i < sizeof(splats) / sizeof(*splats); i++) {
		char *at = strstr(log, splats[i]);

		if (at)
			fail(__LINE__, "kernel log: %.120s", at);
	}
}

/* ---- canaries ---- */

static void a_forgotten_pin_stays(void)
{
	long long before = balance();
	struct pfz_pin pin;
	char *at = touched(2);

	EXPECT_EQUAL(pin_at(&pin, at, 2, PFZ_PIN_WRITE), 0);
	EXPECT_EQUAL(ioctl(pin.fd, PFZ_IOC_UNPIN), 0);
	EXPECT_EQUAL(balance(), before + 1);
	EXPECT_EQUAL(facts_of(pin.pfns[0]).pins, 1);
	EXPECT_EQUAL(facts_of(pin.pfns[1]).pins, 0);
	close(pin.fd);
	EXPECT_EQUAL(balance(), before + 1);
	EXPECT_EQUAL(pin_at(&pin, at + PAGE, 1, PFZ_PIN_WRITE), 0);
	close(pin.fd);
	EXPECT_EQUAL(balance(), before + 2);
	EXPECT_EQUAL(counters().pinned_pages, 0);
}

static void a_stray_write_misses_memory(void)
{
	struct pfz_pin pin;
	char *at = touched(1);
	uint64_t value = 0x99;

	EXPECT_EQUAL(pin_at(&pin, at, 1, PFZ_PIN_WRITE), 0);
	EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_WRITE, 0, 1, &value), 0);
	EXPECT_EQUAL(*(uint64_t *)at, 0x1000);
	EXPECT_EQUAL(device_io(pin.fd, PFZ_IOC_DEVICE_READ, 0, 1, &value), 0);
	EXPECT_EQUAL(value, 0x1000);
	close(pin.fd);
}

static void a_pinned_page_is_said_to_be_movable(void)
{
	char *zero = map(1, PROT_READ, MAP_PRIVATE), *at = touched(1);
	uint8_t zero_zone;
	struct pfz_pin pin;

	if (*(volatile char *)zero)
		die("fresh memory");
	zero_zone = facts_of(pfn_of(zero)).zone;
	EXPECT_EQUAL(pin_at(&pin, at, 1, PFZ_PIN_WRITE | PFZ_PIN_LONGTERM), 0);
	EXPECT_EQUAL(facts_of(pin.pfns[0]).zone, PFZ_ZONE_MOVABLE);
	close(pin.fd);
	if (kernel >= 513)
		EXPECT(facts_of(pin.pfns[0]).zone != PFZ_ZONE_MOVABLE);
	EXPECT_EQUAL(pin_at(&pin, zero, 1, 0), 0);
	EXPECT_EQUAL(facts_of(pfn_of(zero)).zone, zero_zone);
	close(pin.fd);
}

/* ---- running ---- */

static void a_canary_that_does_not_exist_is_refused(void)
{
	int fd = open(MODULE_PATH, O_RDONLY | O_CLOEXEC);

	close(dev);
	EXPECT_EQUAL(syscall(SYS_delete_module, "pinfuzz", O_NONBLOCK), 0);
	EXPECT_ERROR(syscall(SYS_finit_module, fd, "canary=8", 0), EINVAL);
	close(fd);
	load_module("");
	open_device();
}

static void run_with_canary(unsigned int canary, const char *name, void (*test)(void))
{
	struct pfz_version version;
	char parameters[32];

	snprintf(parameters, sizeof(parameters), "canary=%u", canary);
	reload_module(parameters);
	if (ioctl(dev, PFZ_IOC_VERSION, &version) || version.canary != canary)
		die("canary");
	run(name, test);
}

#define RUN_WITH_CANARY(canary, test) run_with_canary(canary, #test, test)

int main(void)
{
	bool guest = guest_begin();

	if (access("/dev/pinfuzz", F_OK))
		load_module("");
	open_device();

	RUN(version_is_told);
	RUN(unknown_commands_are_refused);
	RUN(every_kind_of_pin_is_exact);
	RUN(an_ended_pin_answers_no_entry);
	RUN(close_ends_a_pin);
	RUN(the_death_of_the_owner_ends_a_pin);
	RUN(a_pin_outlives_its_mapping);
	RUN(the_device_sees_memory_and_memory_sees_the_device);
	RUN(a_read_only_pin_refuses_device_writes);
	RUN(bad_pins_are_refused_and_leave_nothing);
	RUN(pins_and_descriptors_have_a_limit);
	RUN(a_hole_makes_a_short_pin);
	RUN(long_term_pins_leave_zone_movable_where_promised);
	RUN(children_inherit_the_descriptor_and_not_the_page);
	RUN(pages_shared_by_fork_are_shared_and_not_exclusive);
	RUN(the_zero_page_is_told);
	RUN(shared_memory_is_not_anonymous);
	RUN(anonymous_pages_are_counted);
	RUN(counters_agree_with_vmstat);
	RUN(huge_pages_are_told_and_their_pins_counted_apart);
	RUN(hugetlb_pages_are_told);
	RUN(merged_pages_are_told);
	RUN(mappings_of_anonymous_memory_equal_pagemap);
	RUN(mappings_of_files_equal_pagemap);
	RUN(mappings_of_huge_pages_equal_pagemap);
	RUN(mappings_of_a_forked_child_are_its_own);
	RUN(bad_mappings_are_refused);
	RUN(bad_queries_are_refused);
	RUN(any_frame_number_can_be_asked);
	RUN(all_of_memory_can_be_asked);
	RUN(anonymous_memory_lies_in_movable_pageblocks);
	RUN(racing_unpins_end_a_pin_once);
	RUN(an_open_descriptor_keeps_the_module);
	RUN(pages_apart_are_pinned_by_a_call_each);
	RUN(parts_of_a_pin_are_given_back_once);
	RUN(a_hold_is_references_and_no_pin);
	RUN(a_file_is_pinned_by_its_descriptor_where_the_kernel_can);
	RUN(costs_are_measured);
	if (guest) {
		RUN(a_canary_that_does_not_exist_is_refused);
		RUN_WITH_CANARY(PFZ_CANARY_FORGOTTEN_PIN, a_forgotten_pin_stays);
		RUN_WITH_CANARY(PFZ_CANARY_STRAY_WRITE, a_stray_write_misses_memory);
		RUN_WITH_CANARY(PFZ_CANARY_LYING_ZONE, a_pinned_page_is_said_to_be_movable);
		RUN(the_kernel_log_is_quiet);
	}
	return guest_end(guest);
}
