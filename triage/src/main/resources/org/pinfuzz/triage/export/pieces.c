// SPDX-License-Identifier: GPL-2.0
/*
 * What exported tests are made of beside the operations' own lines. A line
 * "//@ name: other ..." begins a piece that stands on others; a test gets the
 * pieces that it uses, in this order.
 */
//@ base:
static size_t page;	/* bytes of a page */

/* What all tasks of a test see: whose turn it is, and what did not hold. */
static struct {
	int turn;
	int failures;
} *shared;

//@ check: base
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
	REPORT("not as it should be: %s\n", text);
	__atomic_add_fetch(&shared->failures, 1, __ATOMIC_SEQ_CST);
}

//@ skip: base
/* What the test needs is not here, or the kernel refuses it: that is no failure. */
__attribute__((noreturn))
static void skip(const char *what)
{
	int error = errno;

	if (error)
		REPORT("SKIP %s: %s\n", what, strerror(error));
	else
		REPORT("SKIP %s\n", what);
	__atomic_store_n(&shared->turn, -1, __ATOMIC_SEQ_CST);	/* no other task waits for this one */
	_exit(4);
}

//@ need: skip
static void need(int done, const char *what)
{
	if (!done)
		skip(what);
}

//@ turns: base
/* Steps of several tasks run one after the other, in the order of their numbers. */
static void await_turn(int turn)
{
	struct timespec moment = { .tv_nsec = 100 * 1000 * 1000 };
	int now;

	while ((now = __atomic_load_n(&shared->turn, __ATOMIC_SEQ_CST)) != turn) {
		if (now < 0)
			_exit(4);
		syscall(SYS_futex, &shared->turn, FUTEX_WAIT, now, &moment, NULL, 0);
	}
}

static void pass_turn(int turn)
{
	__atomic_store_n(&shared->turn, turn, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &shared->turn, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

//@ fork_task: need
/* A task that ends with the one that forked it. */
static pid_t fork_task(void)
{
	pid_t task = fork();

	need(task >= 0, "fork");
	if (!task)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return task;
}

//@ end_task:
static void end_task(pid_t task)
{
	kill(task, SIGKILL);
	waitpid(task, NULL, 0);
}

//@ values: base
/* One value at the start of each page, the next page's being one more. */
static void write_pages(char *start, size_t pages, unsigned long value)
{
	for (size_t i = 0; i < pages; i++)
		*(volatile unsigned long *)(start + i * page) = value + i;
}

//@ value_at: base
static unsigned long value_at(char *address)
{
	return *(volatile unsigned long *)address;
}

//@ touch:
static sigjmp_buf fault;

static void on_fault(int signal)
{
	siglongjmp(fault, signal);
}

/* Whether an access works; a fault is caught. */
static int can_access(char *address, int write, unsigned long value)
{
	volatile int works = 0;

	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
	if (!sigsetjmp(fault, 1)) {
		if (write)
			*(volatile unsigned long *)address = value;
		else
			(void)*(volatile unsigned long *)address;
		works = 1;
	}
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	return works;
}

//@ frames: base skip
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

//@ zones: skip
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

//@ balance: skip
/* How many pages are pinned in the whole system. */
static long pages_pinned(void)
{
	int refresh = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);
	FILE *counters;
	char name[64];
	long value, pinned = 0;
	int known = 0;

	if (refresh < 0 || write(refresh, "1", 1) != 1)
		skip("/proc/sys/vm/stat_refresh");
	close(refresh);
	counters = fopen("/proc/vmstat", "re");
	if (!counters)
		skip("/proc/vmstat");
	while (fscanf(counters, "%63s %ld", name, &value) == 2) {
		if (!strcmp(name, "nr_foll_pin_acquired")) {
			pinned += value;
			known = 1;
		} else if (!strcmp(name, "nr_foll_pin_released")) {
			pinned -= value;
		}
	}
	fclose(counters);
	errno = 0;
	if (!known)
		skip("this kernel does not count pins");
	return pinned;
}

//@ settled: balance
/* Some pins are undone by a work queue: waits until no more are left than before, but not for ever. */
static long pages_left_pinned(long before)
{
	long left;

	for (int tries = 0; tries < 50; tries++) {
		left = pages_pinned() - before;
		if (left <= 0)
			break;
		usleep(100 * 1000);
	}
	return left;
}

//@ move_to_node: base skip
/* Asks the kernel to move pages; what it moves is its choice. */
static void move_to_node(char *start, size_t pages, int node)
{
	void *addresses[16];
	int nodes[16], status[16];

	for (size_t i = 0; i < pages; i++) {
		addresses[i] = start + i * page;
		nodes[i] = node;
	}
	if (syscall(SYS_move_pages, 0, pages, addresses, nodes, status, MPOL_MF_MOVE) < 0 &&
	    (errno == ENODEV || errno == ENOSYS))
		skip("move_pages: no second node");
}

//@ bind_to_node: base skip
/* Asks the kernel to keep pages on a node, and to move what lies elsewhere. */
static void bind_to_node(char *start, size_t pages, int node)
{
	unsigned long nodes = 1UL << node;

	if (syscall(SYS_mbind, start, pages * page, MPOL_BIND, &nodes, 64, MPOL_MF_MOVE) < 0 &&
	    (errno == EINVAL || errno == ENOSYS))
		skip("mbind: no second node");
}

//@ compact: skip
static void compact(void)
{
	int fd = open("/proc/sys/vm/compact_memory", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "1", 1) != 1)
		skip("/proc/sys/vm/compact_memory");
	close(fd);
}

//@ warned: skip
/* Whether the kernel has ever warned or died a little since boot. */
static int kernel_warned(void)
{
	FILE *tainted = fopen("/proc/sys/kernel/tainted", "re");
	long flags = 0;

	if (!tainted || fscanf(tainted, "%ld", &flags) != 1)
		skip("/proc/sys/kernel/tainted");
	fclose(tainted);
	return !!(flags & ((1 << 7) | (1 << 9) | (1 << 5)));
}

//@ churn: base
/* Takes free memory and fills it: what was freed too early does not keep its value. */
static void churn(void)
{
	size_t bytes = 64UL << 20;
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return;
	memset(memory, 0xa5, bytes);
	munmap(memory, bytes);
}

//@ uring: need
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

//@ uring_pin: uring
/* Answers how many pages it pinned, all or none. */
static long uring_pin(struct uring_pin *pin, char *start, size_t pages)
{
	struct iovec buffer = { .iov_base = start, .iov_len = pages * page };

	pin->start = start;
	if (syscall(SYS_io_uring_register, pin->fd, IORING_REGISTER_BUFFERS, &buffer, 1))
		return -errno;
	return (long)pages;
}

//@ uring_unpin: uring
static void uring_unpin(struct uring_pin *pin)
{
	need(!syscall(SYS_io_uring_register, pin->fd, IORING_UNREGISTER_BUFFERS, NULL, 0), "unregistering the buffer");
}

//@ uring_transfer: uring
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

//@ uring_read: uring_transfer
static unsigned long uring_read(struct uring_pin *pin, size_t index)
{
	unsigned long value = 0;

	uring_transfer(pin, IORING_OP_WRITE_FIXED, pin->pipe[1], index);
	need(read(pin->pipe[0], &value, sizeof(value)) == sizeof(value), "reading the pipe");
	return value;
}

//@ uring_write: uring_transfer
static void uring_write(struct uring_pin *pin, size_t index, unsigned long value)
{
	need(write(pin->pipe[1], &value, sizeof(value)) == sizeof(value), "writing the pipe");
	uring_transfer(pin, IORING_OP_READ_FIXED, pin->pipe[0], index);
}

//@ splice: need
/* A hold on pages by vmsplice: references for reading, without a pin's mark. */
struct splice_pin {
	int pipe[2];
	int copy[2];
};

static void splice_open(struct splice_pin *pin)
{
	need(!pipe(pin->pipe) && !pipe(pin->copy), "pipe");
}

//@ splice_pin: splice
static long splice_pin(struct splice_pin *pin, char *start, size_t pages)
{
	struct iovec memory = { .iov_base = start, .iov_len = pages * page };
	ssize_t taken = vmsplice(pin->pipe[1], &memory, 1, 0);

	return taken < 0 ? -errno : taken / (long)page;
}

//@ splice_unpin: splice
static void splice_unpin(struct splice_pin *pin)
{
	close(pin->pipe[0]);
	close(pin->pipe[1]);
}

//@ splice_read: splice
/* A copy of the pipe is read, so that the pages stay held. */
static unsigned long splice_read(struct splice_pin *pin, size_t index)
{
	size_t bytes = (index + 1) * page;
	char *text = malloc(bytes);
	unsigned long value;
	size_t got = 0;

	need(text && tee(pin->pipe[0], pin->copy[1], bytes, 0) == (ssize_t)bytes, "tee");
	while (got < bytes) {
		ssize_t more = read(pin->copy[0], text + got, bytes - got);

		need(more > 0, "reading the pipe");
		got += more;
	}
	memcpy(&value, text + index * page, sizeof(value));
	free(text);
	return value;
}

//@ gup_test: need
/* A long-term pin by the kernel's own test device (CONFIG_GUP_TEST); there is one at a time. */
#define PIN_LONGTERM_TEST_START	_IOW('g', 7, struct pin_longterm_test)
#define PIN_LONGTERM_TEST_STOP	_IO('g', 8)
#define PIN_LONGTERM_TEST_READ	_IOW('g', 9, __u64)

#define FOR_WRITING	1
#define BY_FAST_PATH	2

struct pin_longterm_test {
	__u64 addr;
	__u64 size;
	__u32 flags;
};

struct gup_test_pin {
	int fd;
	size_t pages;
};

static void gup_test_open(struct gup_test_pin *pin)
{
	pin->fd = open("/sys/kernel/debug/gup_test", O_RDWR | O_CLOEXEC);
	need(pin->fd >= 0, "/sys/kernel/debug/gup_test");
}

//@ gup_test_pin: gup_test
/* Answers how many pages it pinned, all or none. */
static long gup_test_pin(struct gup_test_pin *pin, char *start, size_t pages, int flags)
{
	struct pin_longterm_test request = {
		.addr = (uintptr_t)start,
		.size = pages * page,
		.flags = flags,
	};

	pin->pages = pages;
	return ioctl(pin->fd, PIN_LONGTERM_TEST_START, &request) ? -errno : (long)pages;
}

//@ gup_test_unpin: gup_test
static void gup_test_unpin(struct gup_test_pin *pin)
{
	need(!ioctl(pin->fd, PIN_LONGTERM_TEST_STOP), "PIN_LONGTERM_TEST_STOP");
}

//@ gup_test_read: gup_test
/* What the kernel reads in the pinned pages. */
static unsigned long gup_test_read(struct gup_test_pin *pin, size_t index)
{
	char *copy = mmap(NULL, pin->pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	__u64 address = (uintptr_t)copy;
	unsigned long value;

	need(copy != MAP_FAILED, "mmap");
	need(!ioctl(pin->fd, PIN_LONGTERM_TEST_READ, &address), "PIN_LONGTERM_TEST_READ");
	memcpy(&value, copy + index * page, sizeof(value));
	munmap(copy, pin->pages * page);
	return value;
}

//@ advice:
/* Advice that the headers of an older system do not know. */
#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT		21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ	22
#define MADV_POPULATE_WRITE	23
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL	102
#define MADV_GUARD_REMOVE	103
#endif

//@ module: need
/* A pin by /dev/pinfuzz; its interface is kmod/pinfuzz_uapi.h. */
#define PIN_PAGES	64
#define PIN_WRITE	(1u << 0)
#define PIN_LONGTERM	(1u << 1)
#define PIN_FAST	(1u << 2)

struct pfz_pin {
	__u64 addr;
	__u32 pages;
	__u32 flags;
	__u32 stride;
	__s32 pid;
	__u32 pinned;
	__s32 fd;
	__u64 frames[PIN_PAGES];
};

struct pfz_device {
	__u32 first;
	__u32 pages;
	__u64 values[PIN_PAGES];
};

#define PFZ_PIN			_IOWR('Z', 0x41, struct pfz_pin)
#define PFZ_UNPIN		_IO('Z', 0x50)
#define PFZ_DEVICE_READ		_IOWR('Z', 0x51, struct pfz_device)
#define PFZ_DEVICE_WRITE	_IOW('Z', 0x52, struct pfz_device)

struct module_pin {
	int device;
	int fd;
};

static void module_open(struct module_pin *pin)
{
	pin->device = open("/dev/pinfuzz", O_RDWR | O_CLOEXEC);
	need(pin->device >= 0, "/dev/pinfuzz");
}

//@ module_pin: module
/* Answers how many pages it pinned. */
static long module_pin(struct module_pin *pin, char *start, size_t pages, int flags)
{
	struct pfz_pin request = {
		.addr = (uintptr_t)start,
		.pages = pages,
		.flags = flags,
		.stride = getpagesize(),
	};

	if (ioctl(pin->device, PFZ_PIN, &request))
		return -errno;
	pin->fd = request.fd;
	return request.pinned;
}

//@ module_unpin: module
static void module_unpin(struct module_pin *pin)
{
	need(!ioctl(pin->fd, PFZ_UNPIN), "unpinning");
}

//@ module_read: module
static unsigned long module_read(struct module_pin *pin, size_t index)
{
	struct pfz_device request = { .first = index, .pages = 1 };

	need(!ioctl(pin->fd, PFZ_DEVICE_READ, &request), "reading through the pin");
	return request.values[0];
}

//@ module_write: module
static void module_write(struct module_pin *pin, size_t index, unsigned long value)
{
	struct pfz_device request = { .first = index, .pages = 1, .values = { value } };

	need(!ioctl(pin->fd, PFZ_DEVICE_WRITE, &request), "writing through the pin");
}
