/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pins through io_uring's fixed buffers: registering a buffer pins it for writing and
 * for long. The device is READ_FIXED and WRITE_FIXED against a pipe; a pipe that does
 * not block is served at once, without io_uring's worker threads. The ring is mapped
 * for one request at a time, so that fork and the program's own mappings meet nothing.
 */
#include <linux/mman.h>

#include "agent.h"

#define ENTRIES PFW_MAX_REGION_PAGES

struct iovec_arg {
	u64 base;
	u64 bytes;
};

struct ring {
	u8 *sq;
	u8 *cq;
	struct io_uring_sqe *sqes;
	size_t sq_bytes;
	size_t cq_bytes;
	size_t sqe_bytes;
};

int uring_available(void)
{
	struct io_uring_params params;
	long fd;

	zero(&params, sizeof(params));
	fd = sys_call3(io_uring_setup, ENTRIES, &params, 0);
	if (fd < 0)
		return 0;
	sys_close((int)fd);
	return 1;
}

long uring_pin(struct pin_state *pin, u32 region, u32 first, u32 pages)
{
	struct iovec_arg buffer = { slot_address(region, first), pages * stride(region) };
	long fd, ret;

	zero(&pin->ring, sizeof(pin->ring));
	fd = sys_call3(io_uring_setup, ENTRIES, &pin->ring, 0);
	if (fd < 0)
		return fd;
	ret = sys_call(io_uring_register, fd, IORING_REGISTER_BUFFERS, &buffer, 1, 0, 0);
	if (ret < 0) {
		sys_close((int)fd);
		return ret;
	}
	pin->fd = (int)fd;
	return 0;
}

long uring_unpin(struct pin_state *pin)
{
	return sys_call(io_uring_register, pin->fd, IORING_UNREGISTER_BUFFERS, NULL, 0, 0, 0);
}

static void ring_unmap(const struct ring *ring)
{
	if (ring->sq)
		sys_call3(munmap, ring->sq, ring->sq_bytes, 0);
	if (ring->cq)
		sys_call3(munmap, ring->cq, ring->cq_bytes, 0);
	if (ring->sqes)
		sys_call3(munmap, ring->sqes, ring->sqe_bytes, 0);
}

/* The kernel chooses the addresses: newer ones refuse to be told (io_uring_get_unmapped_area). */
static long ring_map(const struct pin_state *pin, struct ring *ring)
{
	const struct io_uring_params *params = &pin->ring;
	int flags = MAP_SHARED | MAP_POPULATE;
	int prot = PROT_READ | PROT_WRITE;
	long ret;

	ring->sq_bytes = params->sq_off.array + params->sq_entries * sizeof(u32);
	ring->cq_bytes = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
	ring->sqe_bytes = params->sq_entries * sizeof(struct io_uring_sqe);
	ret = sys_mmap(0, ring->sq_bytes, prot, flags, pin->fd, IORING_OFF_SQ_RING);
	if (ret < 0)
		return ret;
	ring->sq = (u8 *)ret;
	ret = sys_mmap(0, ring->cq_bytes, prot, flags, pin->fd, IORING_OFF_CQ_RING);
	if (ret < 0)
		return ret;
	ring->cq = (u8 *)ret;
	ret = sys_mmap(0, ring->sqe_bytes, prot, flags, pin->fd, IORING_OFF_SQES);
	if (ret < 0)
		return ret;
	ring->sqes = (struct io_uring_sqe *)ret;
	return 0;
}

/* One request a page; answers 0 when each moved eight bytes, else the first error. */
static long submit(struct pin_state *pin, u8 opcode, int fd)
{
	const struct io_uring_params *params = &pin->ring;
	u64 base = slot_address(pin->region, pin->first);
	struct ring ring = { 0 };
	u32 *tail, *head, *array, mask, i;
	long ret;

	ret = ring_map(pin, &ring);
	if (ret < 0)
		goto out;
	tail = (u32 *)(ring.sq + params->sq_off.tail);
	mask = *(u32 *)(ring.sq + params->sq_off.ring_mask);
	array = (u32 *)(ring.sq + params->sq_off.array);
	for (i = 0; i < pin->pages; i++) {
		u32 slot = (*tail + i) & mask;
		struct io_uring_sqe *sqe = &ring.sqes[slot];

		zero(sqe, sizeof(*sqe));
		sqe->opcode = opcode;
		sqe->fd = fd;
		sqe->addr = base + i * stride(pin->region);
		sqe->len = 8;
		array[slot] = slot;
	}
	__atomic_store_n(tail, *tail + pin->pages, __ATOMIC_RELEASE);
	ret = sys_call(io_uring_enter, pin->fd, pin->pages, pin->pages, IORING_ENTER_GETEVENTS, NULL, 0);
	head = (u32 *)(ring.cq + params->cq_off.head);
	mask = *(u32 *)(ring.cq + params->cq_off.ring_mask);
	tail = (u32 *)(ring.cq + params->cq_off.tail);
	if (ret >= 0)
		ret = 0;
	while (*head != __atomic_load_n(tail, __ATOMIC_ACQUIRE)) {
		struct io_uring_cqe *cqe = (struct io_uring_cqe *)(ring.cq + params->cq_off.cqes) + (*head & mask);

		if (cqe->res != 8 && !ret)
			ret = cqe->res < 0 ? cqe->res : -EIO;
		__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	}
out:
	ring_unmap(&ring);
	return ret;
}

/* Between programs too: one that is killed while its device writes leaves what it has not taken out. */
void uring_drain(void)
{
	u64 values[PFW_MAX_REGION_PAGES];

	while (sys_read(ARENA->pipe[0], values, sizeof(values)) > 0)
		;
}

long uring_device_read(struct pin_state *pin, u64 *values)
{
	long ret = submit(pin, IORING_OP_WRITE_FIXED, ARENA->pipe[1]);

	if (!ret && sys_read(ARENA->pipe[0], values, pin->pages * 8ul) != (long)(pin->pages * 8ul))
		ret = -EIO;
	if (ret)
		uring_drain();
	return ret;
}

long uring_device_write(struct pin_state *pin, const u64 *values)
{
	long ret;

	if (sys_write(ARENA->pipe[1], values, pin->pages * 8ul) != (long)(pin->pages * 8ul))
		ret = -EIO;
	else
		ret = submit(pin, IORING_OP_READ_FIXED, ARENA->pipe[0]);
	if (ret)
		uring_drain();
	return ret;
}
