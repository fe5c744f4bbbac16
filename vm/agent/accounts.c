/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel's log and accounts say of a step: how many records the log got, by
 * how much more pages are pinned, what each task's memory is charged with.
 */
#include <linux/fs.h>

#include "agent.h"

/* More than a request can write; a log that never ends must not hold the step. */
#define MOST_RECORDS 64
#define RECORD_BYTES 1024

static s64 pins_now(void)
{
	struct pfz_counters counters;

	if (ARENA->module < 0 || sys_ioctl(ARENA->module, PFZ_IOC_COUNTERS, &counters) < 0)
		return -1;
	return (s64)(counters.foll_pin_acquired - counters.foll_pin_released);
}

void accounts_before(u32 watch)
{
	if (watch == PFW_WATCH_ACCOUNTS && ARENA->kmsg >= 0)
		sys_call3(lseek, ARENA->kmsg, 0, SEEK_END);
	/* io_uring gives pins back whenever its work queue runs */
	PROGRAM->pins_disturbed = ARENA->module < 0 || PROGRAM->uring_pages || ARENA->late_pages;
	if (!PROGRAM->pins_disturbed)
		PROGRAM->pins_before = pins_now();
}

/* A record is "level,number,time,flags;text"; what it names besides comes on lines of its own. */
static void keep_text(char kept[PFW_RECORD_BYTES], const char *record, long length)
{
	long from = 0, i;

	while (from < length && record[from] != ';')
		from++;
	for (i = 0; i < PFW_RECORD_BYTES - 1 && from + 1 + i < length; i++) {
		char at = record[from + 1 + i];

		if (at == '\n')
			break;
		kept[i] = at >= ' ' && at <= '~' ? at : '?';
	}
}

static s32 log_records(char kept[PFW_RECORD_BYTES])
{
	char record[RECORD_BYTES];
	s32 count = 0;

	if (ARENA->kmsg < 0)
		return -1;
	/* each read is one record; records that were lost were records too */
	for (; count < MOST_RECORDS; count++) {
		long got = sys_read(ARENA->kmsg, record, sizeof(record));

		if (got < 0 && got != -EPIPE)
			break;
		if (got > 0 && !kept[0])
			keep_text(kept, record, got);
	}
	return count;
}

long charges_of(u32 task, struct pfz_charges *charges)
{
	zero(charges, sizeof(*charges));
	charges->pid = PROGRAM->tasks[task].pid;
	if (ARENA->module < 0 || !PROGRAM->tasks[task].alive)
		return -ESRCH;
	return sys_ioctl(ARENA->module, PFZ_IOC_CHARGES, charges);
}

static s64 pinned_vm(u32 task)
{
	struct pfz_charges charges;

	return charges_of(task, &charges) ? -1 : (s64)charges.pinned_vm;
}

void accounts_after(u32 watch, struct wire_accounts *accounts)
{
	u32 task;

	zero(accounts, sizeof(*accounts));
	accounts->log_records = watch == PFW_WATCH_ACCOUNTS ? log_records(accounts->record) : -1;
	if (!PROGRAM->pins_disturbed) {
		accounts->pins_known = 1;
		accounts->pins_change = (s32)(pins_now() - PROGRAM->pins_before);
	}
	for (task = 0; task < PFW_MAX_TASKS; task++)
		accounts->pinned_vm[task] = watch == PFW_WATCH_ACCOUNTS ? pinned_vm(task) : -1;
}
