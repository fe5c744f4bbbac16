// SPDX-License-Identifier: GPL-2.0
/*
 * The first process of a guest that runs one test: mounts what tests look at,
 * loads the modules of /modules, runs /test as often as /runs says, and sends
 * what it prints through the debug port, apart from what the kernel says on its
 * console. Each run's first line is "begin", because firmware writes there too,
 * and its last "exit STATUS" or "killed SIGNAL". Then it turns the guest off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEBUG_PORT 0x402

static void say(const char *text, size_t bytes)
{
	while (bytes--)
		outb(*text++, DEBUG_PORT);
}

static void load(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/modules/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		fprintf(stderr, "loading %s failed: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void load_modules(void)
{
	FILE *order = fopen("/modules/order", "re");
	char name[128];

	while (order && fgets(name, sizeof(name), order)) {
		name[strcspn(name, "\n")] = 0;
		load(name);
	}
	if (order)
		fclose(order);
	if (!access("/modules/pinfuzz.ko", R_OK))
		load("pinfuzz.ko");
}

static int run_test(void)
{
	char text[4096];
	int output[2];
	int status = -1;
	ssize_t got;
	pid_t test;

	if (pipe(output))
		return -1;
	test = fork();
	if (!test) {
		dup2(output[1], STDOUT_FILENO);
		dup2(output[1], STDERR_FILENO);
		close(output[0]);
		close(output[1]);
		execl("/test", "test", NULL);
		perror("starting /test");
		_exit(127);
	}
	close(output[1]);
	while ((got = read(output[0], text, sizeof(text))) > 0)
		say(text, (size_t)got);
	waitpid(test, &status, 0);
	return status;
}

static int runs(void)
{
	FILE *file = fopen("/runs", "re");
	int count = 1;

	if (file && fscanf(file, "%d", &count) != 1)
		count = 1;
	if (file)
		fclose(file);
	return count;
}

int main(void)
{
	char text[64];
	int status;

	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	mount("tmpfs", "/tmp", "tmpfs", 0, NULL);
	if (iopl(3))
		fprintf(stderr, "the debug port cannot be used: %s\n", strerror(errno));
	load_modules();
	for (int left = runs(); left > 0; left--) {
		say("\nbegin\n", 7);
		status = run_test();
		if (WIFEXITED(status))
			snprintf(text, sizeof(text), "exit %d\n", WEXITSTATUS(status));
		else
			snprintf(text, sizeof(text), "killed %d\n", WTERMSIG(status));
		say(text, strlen(text));
	}
	reboot(RB_AUTOBOOT);
	return 0;
}
