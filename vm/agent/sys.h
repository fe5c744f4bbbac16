/* SPDX-License-Identifier: GPL-2.0 */
/*
 * System calls without libc. The agent's processes must stay tiny: fork copies
 * whatever private memory they have, and fork is what most programs' time goes to.
 */
#ifndef PINFUZZ_SYS_H
#define PINFUZZ_SYS_H

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/types.h>

typedef unsigned long size_t;
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#define NULL ((void *)0)

static inline long sys6(long nr, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define sys_call(nr, a, b, c, d, e, f) \
	sys6(__NR_##nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define sys_call3(nr, a, b, c) sys_call(nr, a, b, c, 0, 0, 0)

static inline long sys_open(const char *path, int flags)
{
	return sys_call3(open, path, flags, 0);
}

static inline long sys_close(int fd)
{
	return sys_call3(close, fd, 0, 0);
}

static inline long sys_read(int fd, void *to, size_t bytes)
{
	return sys_call3(read, fd, to, bytes);
}

static inline long sys_write(int fd, const void *from, size_t bytes)
{
	return sys_call3(write, fd, from, bytes);
}

static inline long sys_pread(int fd, void *to, size_t bytes, u64 offset)
{
	return sys_call(pread64, fd, to, bytes, offset, 0, 0);
}

static inline long sys_ioctl(int fd, unsigned int command, void *argument)
{
	return sys_call3(ioctl, fd, command, argument);
}

static inline long sys_mmap(u64 at, size_t bytes, int prot, int flags, int fd, u64 offset)
{
	return sys_call(mmap, at, bytes, prot, flags, fd, offset);
}

static inline __attribute__((noreturn)) void sys_exit(int code)
{
	for (;;)
		sys_call3(exit_group, code, 0, 0);
}

static inline void *zero(void *at, size_t bytes)
{
	return __builtin_memset(at, 0, bytes);
}

u64 now_ns(void);
void sleep_us(u32 us);
int string_equal(const char *a, const char *b);
size_t string_length(const char *text);
/* Where `part` starts in a text, or NULL. */
char *find_text(char *text, const char *part);
/* Reads a whole small file into a text; answers its length or a negated errno. */
long read_file(const char *path, char *to, size_t size);
long write_file(const char *path, const char *text);
/* Writes a number and a text behind it. */
void put_number(char *to, u64 number, const char *after);
/* The number after `key` in a text, or -1. */
long number_after(const char *text, const char *key);

#endif
