/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Descriptors that belong to a memory and to no task: whoever has that memory uses them,
 * also a thread that was there before, and they stay when the task that opened them is
 * gone. They lie in a message that nobody takes: it refers to all of them.
 */
#include <linux/fcntl.h>
#include <linux/uio.h>

#include "agent.h"

#define AF_UNIX			1
#define SOCK_DGRAM		2
#define SOL_SOCKET		1
#define SCM_RIGHTS		1
#define MSG_PEEK		0x2
#define MSG_DONTWAIT		0x40
#define MSG_CMSG_CLOEXEC	0x40000000

struct message_head {
	void *name;
	u32 name_bytes;
	struct iovec *parts;
	u64 part_count;
	void *control;
	u64 control_bytes;
	u32 flags;
};

struct message {
	struct message_head head;
	struct iovec part;
	u8 byte;
	struct {
		u64 bytes;
		s32 level;
		s32 type;
		int fd[MAX_KEPT];
	} control;
};

static struct message_head *prepared(struct message *message, u32 count)
{
	message->part = (struct iovec){ &message->byte, 1 };
	message->byte = 0;
	message->control.bytes = __builtin_offsetof(struct message, control.fd) -
				 __builtin_offsetof(struct message, control) + count * sizeof(int);
	message->control.level = SOL_SOCKET;
	message->control.type = SCM_RIGHTS;
	message->head = (struct message_head){
		.parts = &message->part,
		.part_count = 1,
		.control = &message->control,
		.control_bytes = (message->control.bytes + 7) & ~7ull,
	};
	return &message->head;
}

void keep_detect(void)
{
	/* no close-on-exec: tasks have these at the same numbers, also after exec */
	if (sys_call(socketpair, AF_UNIX, SOCK_DGRAM, 0, ARENA->keep, 0, 0))
		ARENA->keep[0] = -1;
}

static long receive(struct message *message, int flags)
{
	long ret;

	if (ARENA->keep[0] < 0)
		return -ENOSYS;
	ret = sys_call3(recvmsg, ARENA->keep[0], prepared(message, PROGRAM->kept),
			flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	return ret < 0 ? ret : 0;
}

static void close_all(const struct message *message, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		sys_close(message->control.fd[i]);
}

long keep(int fd)
{
	struct message message;
	u32 count = PROGRAM->kept;
	long ret;

	if (count == MAX_KEPT)
		return -EMFILE;
	if (count) {
		ret = receive(&message, 0);
		if (ret)
			return ret;
	}
	message.control.fd[count] = fd;
	ret = ARENA->keep[0] < 0 ? -ENOSYS : sys_call3(sendmsg, ARENA->keep[1], prepared(&message, count + 1), 0);
	close_all(&message, count);
	if (ret < 0)
		return ret;
	PROGRAM->kept = count + 1;
	return count;
}

long kept(u32 number)
{
	struct message message;
	long ret = receive(&message, MSG_PEEK);
	int fd;

	if (ret)
		return ret;
	fd = message.control.fd[number];
	message.control.fd[number] = message.control.fd[PROGRAM->kept - 1];
	close_all(&message, PROGRAM->kept - 1);
	return fd;
}

void keep_nothing(void)
{
	struct message message;

	if (PROGRAM->kept && !receive(&message, 0))
		close_all(&message, PROGRAM->kept);
	PROGRAM->kept = 0;
}
