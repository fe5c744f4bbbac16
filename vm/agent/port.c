/* SPDX-License-Identifier: GPL-2.0 */
/* Frames over the virtio port; layout in docs/formats/wire.md. */
#include <linux/fcntl.h>

#include "agent.h"

#define MAGIC 0x575a4650u /* "PFZW" */
#define VERSION 1
#define DEBUG_CONSOLE_PORT 0x402

struct frame_head {
	u32 magic;
	u16 version;
	u16 type;
	u32 sequence;
	u32 length;
	u32 crc;
};

static void crc_prepare(void)
{
	u32 i, k;

	for (i = 0; i < 256; i++) {
		u32 crc = i;

		for (k = 0; k < 8; k++)
			crc = crc & 1 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
		ARENA->crc_table[0][i] = crc;
	}
	for (k = 1; k < 8; k++) {
		for (i = 0; i < 256; i++) {
			u32 before = ARENA->crc_table[k - 1][i];

			ARENA->crc_table[k][i] = ARENA->crc_table[0][before & 0xff] ^ (before >> 8);
		}
	}
}

/* Eight bytes at a time: emulated guests pay for every instruction. */
static u32 crc_add(u32 crc, const u8 *from, size_t bytes)
{
	u32(*table)[256] = ARENA->crc_table;

	while (bytes >= 8) {
		u32 low, high;

		__builtin_memcpy(&low, from, 4);
		__builtin_memcpy(&high, from + 4, 4);
		low ^= crc;
		crc = table[7][low & 0xff] ^ table[6][(low >> 8) & 0xff] ^ table[5][(low >> 16) & 0xff] ^
		      table[4][low >> 24] ^ table[3][high & 0xff] ^ table[2][(high >> 8) & 0xff] ^
		      table[1][(high >> 16) & 0xff] ^ table[0][high >> 24];
		from += 8;
		bytes -= 8;
	}
	while (bytes--)
		crc = table[0][(crc ^ *from++) & 0xff] ^ (crc >> 8);
	return crc;
}

static u32 frame_crc(const struct frame_head *head, const u8 *payload)
{
	u32 crc = crc_add(0xffffffffu, (const u8 *)head, 16);

	return ~crc_add(crc, payload, head->length);
}

static int is_our_port(int bus, int number, char *path)
{
	static const char pattern[] = "/sys/class/virtio-ports/vport0p1/name";
	char name[32];

	__builtin_memcpy(path, pattern, sizeof(pattern));
	path[29] = (char)('0' + bus);
	path[31] = (char)('0' + number);
	if (read_file(path, name, sizeof(name)) < 0)
		return 0;
	return string_equal(name, "pinfuzz.0\n");
}

void port_open(void)
{
	char path[64], device[] = "/dev/vport0p1";
	int tries, bus, number;

	crc_prepare();
	for (tries = 0; tries < 2000; tries++) {
		for (bus = 0; bus < 4; bus++) {
			for (number = 0; number < 4; number++) {
				if (!is_our_port(bus, number, path))
					continue;
				device[10] = (char)('0' + bus);
				device[12] = (char)('0' + number);
				ARENA->port = (int)sys_open(device, O_RDWR | O_CLOEXEC);
				if (ARENA->port >= 0)
					return;
			}
		}
		sleep_us(2000);
	}
	write_file("/dev/kmsg", "pinfuzz: no virtio port is named pinfuzz.0\n");
	for (;;)
		sleep_us(1000000);
}

static void read_exactly(void *to, size_t bytes)
{
	u8 *at = to;

	while (bytes) {
		long got = sys_read(ARENA->port, at, bytes);

		if (got > 0) {
			at += got;
			bytes -= (size_t)got;
		} else {
			/* the host went away: wait for the next, or for the end */
			sleep_us(1000);
		}
	}
}

struct frame port_receive(void)
{
	struct frame_head head;
	struct frame frame;

	read_exactly(&head, sizeof(head));
	if (head.magic != MAGIC || head.version != VERSION)
		refuse("a frame to the guest has another magic or version");
	if (head.length > INPUT_BYTES)
		refuse("a frame to the guest is longer than 4 MiB");
	read_exactly(INPUT, head.length);
	if (frame_crc(&head, INPUT) != head.crc)
		refuse("the checksum of a frame to the guest is wrong");
	frame.type = head.type;
	frame.sequence = head.sequence;
	frame.length = head.length;
	return frame;
}

u8 *port_payload(void)
{
	return ARENA->output + ARENA->output_used + FRAME_HEAD_BYTES;
}

void port_finish_frame(u32 type, u32 length)
{
	struct frame_head head = {
		.magic = MAGIC,
		.version = VERSION,
		.type = (u16)type,
		.sequence = ARENA->sequence,
		.length = length,
	};

	head.crc = frame_crc(&head, port_payload());
	__builtin_memcpy(ARENA->output + ARENA->output_used, &head, sizeof(head));
	ARENA->output_used += FRAME_HEAD_BYTES + length;
	if (ARENA->output_used >= FLUSH_BYTES)
		port_flush();
}

void port_send(u32 type, const void *payload, u32 length)
{
	__builtin_memcpy(port_payload(), payload, length);
	port_finish_frame(type, length);
	port_flush();
}

static void write_all(const u8 *from, size_t bytes)
{
	while (bytes) {
		long written = sys_write(ARENA->port, from, bytes);

		if (written > 0) {
			from += written;
			bytes -= (size_t)written;
		} else {
			sleep_us(1000);
		}
	}
}

void port_flush(void)
{
	write_all(ARENA->output, ARENA->output_used);
	ARENA->output_used = 0;
}

void port_send_garbage(void)
{
	u8 bytes[256];
	u32 i;

	port_flush();
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (u8)(i * 167 + 13);
	write_all(bytes, sizeof(bytes));
}

void refuse(const char *why)
{
	ARENA->output_used = 0;
	ARENA->sequence = 0;
	port_send(FRAME_REFUSED, why, (u32)string_length(why));
	for (;;)
		sleep_us(1000000);
}

void announce(u32 index)
{
	int i;

	for (i = 0; i < 4; i++)
		__asm__ volatile("outb %0, %1" : : "a"((u8)(index >> (8 * i))), "Nd"((u16)DEBUG_CONSOLE_PORT));
}
