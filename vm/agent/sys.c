/* SPDX-License-Identifier: GPL-2.0 */
/* What a C library would have brought along. */
#include <linux/fcntl.h>
#include <linux/time_types.h>

#include "sys.h"

/* By eight bytes: an emulated processor pays for every turn of a rep. */
void *memset(void *at, int value, size_t bytes)
{
	void *start = at;
	size_t words = bytes / 8;

	__asm__ volatile("rep stosq" : "+D"(at), "+c"(words) : "a"((u8)value * 0x0101010101010101ull) : "memory");
	bytes %= 8;
	__asm__ volatile("rep stosb" : "+D"(at), "+c"(bytes) : "a"(value) : "memory");
	return start;
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	void *start = to;
	size_t words = bytes / 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	bytes %= 8;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return start;
}

u64 now_ns(void)
{
	struct __kernel_timespec now;

	sys_call3(clock_gettime, 1 /* CLOCK_MONOTONIC */, &now, 0);
	return (u64)now.tv_sec * 1000000000ull + (u64)now.tv_nsec;
}

void sleep_us(u32 us)
{
	struct __kernel_timespec span = { us / 1000000, (us % 1000000) * 1000l };

	sys_call3(nanosleep, &span, NULL, 0);
}

size_t string_length(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

static size_t common_length(const char *text, const char *part)
{
	size_t i = 0;

	while (part[i] && text[i] == part[i])
		i++;
	return i;
}

char *find_text(char *text, const char *part)
{
	size_t length = string_length(part);

	for (; *text; text++) {
		if (common_length(text, part) == length)
			return text;
	}
	return NULL;
}

int string_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

long read_file(const char *path, char *to, size_t size)
{
	long fd = sys_open(path, O_RDONLY | O_CLOEXEC);
	size_t used = 0;
	long got = 0;

	if (fd < 0)
		return fd;
	while (used < size - 1 && (got = sys_read((int)fd, to + used, size - 1 - used)) > 0)
		used += (size_t)got;
	to[used] = 0;
	sys_close((int)fd);
	return got < 0 ? got : (long)used;
}

long write_file(const char *path, const char *text)
{
	long fd = sys_open(path, O_WRONLY | O_CLOEXEC);
	long written;

	if (fd < 0)
		return fd;
	written = sys_write((int)fd, text, string_length(text));
	sys_close((int)fd);
	return written;
}

void put_number(char *to, u64 number, const char *after)
{
	char digits[20];
	u32 count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	while (count)
		*to++ = digits[--count];
	while ((*to++ = *after++))
		;
}

long number_after(const char *text, const char *key)
{
	const char *at = *key ? find_text((char *)text, key) : text;
	long value = 0;

	if (!at)
		return -1;
	for (at += string_length(key); *at == ' ' || *at == '\t'; at++)
		;
	for (; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (*at - '0');
	return value;
}
