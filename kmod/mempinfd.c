// SPDX-License-Identifier: GPL-2.0
/*
 * mempinfd: a descriptor that holds user memory pinned. One source for two ways
 * in: part of the module it is a character device, /dev/mempinfd; built into a
 * kernel (mm/pinfuzz/ of its tree) it is the system call mempinfd(void).
 *
 * Two editions. `rfc` does what the version posted for review in 2021 does, with
 * the flaws that the review named, so that they can be found; `strict` has none
 * of them. docs/man/mempinfd.2 describes both; "point" in a comment counts the
 * review's points, docs/decisions/0006-mempinfd.md lists them.
 */
#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/pfn.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/xarray.h>

#ifdef MODULE
#include "mempinfd.h"
#else
#include <linux/syscalls.h>
#include <linux/sysctl.h>
#include <asm/unistd.h>
#endif
#include "mempinfd_uapi.h"

/* What a descriptor owns. Each edition uses its own half. */
struct mempinfd {
	spinlock_t lock;		/* strict: list and count; never held across a sleep */
	struct list_head ranges;
	unsigned int count;

	struct mutex rfc_lock;		/* rfc: rfc_ranges, and everything that a pin waits for */
	struct xarray rfc_ranges;	/* by number of the first page */
};

struct pinned_range {
	struct list_head list;		/* strict */
	struct mm_struct *mm;		/* strict: who pinned and is charged */
	unsigned long first;		/* number of the first page */
	unsigned long count;		/* pages */
	bool write;
	struct page **pages;
};

static struct mempinfd *mempinfd_new(void)
{
	struct mempinfd *fd = kzalloc(sizeof(*fd), GFP_KERNEL_ACCOUNT);

	if (!fd)
		return NULL;
	spin_lock_init(&fd->lock);
	INIT_LIST_HEAD(&fd->ranges);
	mutex_init(&fd->rfc_lock);
	xa_init(&fd->rfc_ranges);
	return fd;
}

/* ---- strict ---- */

static int strict_cover(u64 addr, u64 size, struct pinned_range *range)
{
	u64 end;

	if (!size || check_add_overflow(addr, size, &end))
		return -EINVAL;
	if (end > TASK_SIZE)
		return -EFAULT;
	range->first = PFN_DOWN(addr);
	range->count = PFN_UP(end) - range->first;
	return 0;
}

/* As RDMA charges its pins (ib_umem_get()). */
static int strict_charge(struct mm_struct *mm, unsigned long pages)
{
	u64 limit = rlimit(RLIMIT_MEMLOCK) >> PAGE_SHIFT;

	if ((u64)atomic64_add_return(pages, &mm->pinned_vm) <= limit || capable(CAP_IPC_LOCK))
		return 0;
	atomic64_sub(pages, &mm->pinned_vm);
	return -ENOMEM;
}

/* All pages of the range, or an error and none. A short answer is asked again for its reason. */
static int strict_take(struct pinned_range *range)
{
	unsigned int flags = FOLL_LONGTERM | (range->write ? FOLL_WRITE : 0);
	unsigned long done = 0;
	int got;

	while (done < range->count) {
		got = pin_user_pages_fast(PFN_PHYS(range->first + done), range->count - done, flags,
					  range->pages + done);
		if (got <= 0) {
			unpin_user_pages(range->pages, done);
			return got ?: -EFAULT;
		}
		done += got;
	}
	return 0;
}

/* Ends a range that is in no list any more. */
static void strict_end(struct pinned_range *range)
{
	unpin_user_pages_dirty_lock(range->pages, range->count, range->write);
	atomic64_sub(range->count, &range->mm->pinned_vm);
	mmdrop(range->mm);
	kvfree(range->pages);
	kfree(range);
}

/* Needs the lock. */
static struct pinned_range *strict_find(struct mempinfd *fd, unsigned long first)
{
	struct pinned_range *range;

	list_for_each_entry(range, &fd->ranges, list)
		if (range->first == first && range->mm == current->mm)
			return range;
	return NULL;
}

/* Whether a range with this first page can be added. Needs the lock. */
static int strict_room(struct mempinfd *fd, unsigned long first)
{
	if (strict_find(fd, first))
		return -EEXIST;
	return fd->count < MEMPINFD_MAX_RANGES ? 0 : -ENOSPC;
}

static int strict_add(struct mempinfd *fd, struct pinned_range *range)
{
	int err;

	spin_lock(&fd->lock);
	err = strict_room(fd, range->first);
	if (!err) {
		list_add(&range->list, &fd->ranges);
		fd->count++;
	}
	spin_unlock(&fd->lock);
	return err;
}

/*
 * No lock is held while pages are pinned, for that may wait for whoever serves
 * the faults (point 10). So there is asked for room twice: before, to
 * change nothing for a range that is there, and after, since another thread
 * may have been faster.
 */
static long strict_pin(struct mempinfd *fd, const struct mempinfd_pin *arg)
{
	struct pinned_range *range, key;
	int err;

	if (arg->flags & ~MEMPINFD_READ_ONLY)
		return -EINVAL;
	err = strict_cover(arg->addr, arg->size, &key);
	if (err)
		return err;
	if (!can_do_mlock())
		return -EPERM;
	/* Bounds the table: 8 bytes for each 4096 that there are. GUP counts in int. */
	if (key.count > min_t(unsigned long, totalram_pages(), INT_MAX))
		return -ENOMEM;

	spin_lock(&fd->lock);
	err = strict_room(fd, key.first);
	spin_unlock(&fd->lock);
	if (err)
		return err;

	range = kzalloc(sizeof(*range), GFP_KERNEL_ACCOUNT);
	if (!range)
		return -ENOMEM;
	range->first = key.first;
	range->count = key.count;
	range->write = !(arg->flags & MEMPINFD_READ_ONLY);
	range->mm = current->mm;
	err = strict_charge(range->mm, range->count);
	if (err)
		goto free_range;
	/* Keeps the charge's place and the owner's identity, not its memory. */
	mmgrab(range->mm);

	err = -ENOMEM;
	range->pages = kvmalloc_array(range->count, sizeof(*range->pages),
				      GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!range->pages)
		goto uncharge;
	err = strict_take(range);
	if (err)
		goto free_pages;
	err = strict_add(fd, range);
	if (err)
		strict_end(range);
	return err;

free_pages:
	kvfree(range->pages);
uncharge:
	atomic64_sub(range->count, &range->mm->pinned_vm);
	mmdrop(range->mm);
free_range:
	kfree(range);
	return err;
}

static long strict_unpin(struct mempinfd *fd, const struct mempinfd_range *arg)
{
	struct pinned_range *range, key;
	int err;

	err = strict_cover(arg->addr, arg->size, &key);
	if (err)
		return err;

	spin_lock(&fd->lock);
	range = strict_find(fd, key.first);
	if (!range)
		err = -ENODEV;
	else if (range->count != key.count)
		err = -EINVAL;
	if (!err) {
		list_del(&range->list);
		fd->count--;
	}
	spin_unlock(&fd->lock);

	if (!err)
		strict_end(range);
	return err;
}

static long strict_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	void __user *user = (void __user *)uarg;
	struct mempinfd *fd = file->private_data;
	struct mempinfd_pin pin = {};
	struct mempinfd_range range;

	switch (cmd) {
	case MEMPINFD_IOC_PIN:
		if (copy_from_user(&range, user, sizeof(range)))
			return -EFAULT;
		pin.addr = range.addr;
		pin.size = range.size;
		return strict_pin(fd, &pin);
	case MEMPINFD_IOC_PIN_FLAGS:
		if (copy_from_user(&pin, user, sizeof(pin)))
			return -EFAULT;
		return strict_pin(fd, &pin);
	case MEMPINFD_IOC_UNPIN:
		if (copy_from_user(&range, user, sizeof(range)))
			return -EFAULT;
		return strict_unpin(fd, &range);
	default:
		return -ENOTTY;
	}
}

static int strict_release(struct inode *inode, struct file *file)
{
	struct mempinfd *fd = file->private_data;
	struct pinned_range *range, *next;

	list_for_each_entry_safe(range, next, &fd->ranges, list)
		strict_end(range);
	kfree(fd);
	return 0;
}

/* ---- rfc: its flaws are wanted; each has its point beside it ---- */

static void rfc_cover(const struct mempinfd_range *arg, struct pinned_range *range)
{
	range->first = PFN_DOWN(arg->addr);
	range->count = PFN_DOWN(arg->addr + arg->size - 1) - range->first + 1;
}

/*
 * Point 9: as much as the caller likes, with vmalloc's warning when that is too
 * much. Taking nearly all of memory would end the guest rather than show
 * anything, so from an eighth on vmalloc is asked for what it must refuse.
 */
static struct page **rfc_table(unsigned long pages)
{
	unsigned long bytes = pages * sizeof(struct page *);

	if (bytes >> PAGE_SHIFT > totalram_pages() / 8)
		bytes = (totalram_pages() + 1) << PAGE_SHIFT;
	return vmalloc(bytes);
}

static long rfc_pin(struct mempinfd *fd, const struct mempinfd_range *arg)
{
	struct pinned_range *range;
	int ret;

	/* Point 8: no right to lock (-EPERM) is told as a bad argument. Point 1: nothing is charged. */
	if (!arg->size || arg->addr + arg->size < arg->addr || !can_do_mlock())
		return -EINVAL;

	range = kzalloc(sizeof(*range), GFP_KERNEL);
	if (!range)
		return -ENOMEM;
	rfc_cover(arg, range);
	ret = -ENOMEM;
	range->pages = rfc_table(range->count);
	if (!range->pages)
		goto free_range;

	/* Point 10: not killable, and held for as long as the faults take. */
	mutex_lock(&fd->rfc_lock);
	/* Point 16: by force, whatever the mapping allows. Point 9: the count is cut to an int. */
	ret = pin_user_pages_fast(PFN_PHYS(range->first), range->count,
				  FOLL_FORCE | FOLL_WRITE | FOLL_LONGTERM, range->pages);
	if (ret != range->count) {
		/* Point 2: the caller writes the log. Points 4 and 5: the part leaks, ret is the answer. */
		pr_err("mempinfd: failed to pin page\n");
		goto unlock;
	}
	/* Points 12 and 13: the address alone says whose range it is. */
	ret = xa_insert(&fd->rfc_ranges, range->first, range, GFP_KERNEL);
	if (ret) {
		unpin_user_pages(range->pages, range->count);
		goto unlock;
	}
	mutex_unlock(&fd->rfc_lock);
	return 0;

unlock:
	mutex_unlock(&fd->rfc_lock);
	vfree(range->pages);
free_range:
	kfree(range);
	return ret;
}

static void rfc_end(struct pinned_range *range)
{
	unpin_user_pages(range->pages, range->count);
	vfree(range->pages);
	kfree(range);
}

static long rfc_unpin(struct mempinfd *fd, const struct mempinfd_range *arg)
{
	struct pinned_range *range, key;

	/* Point 6: nothing is checked. */
	rfc_cover(arg, &key);
	mutex_lock(&fd->rfc_lock);
	range = xa_load(&fd->rfc_ranges, key.first);
	if (!range || range->count != key.count) {
		mutex_unlock(&fd->rfc_lock);
		return range ? -EINVAL : -ENODEV;
	}
	xa_erase(&fd->rfc_ranges, key.first);
	mutex_unlock(&fd->rfc_lock);
	rfc_end(range);
	return 0;
}

static long rfc_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	struct mempinfd *fd = file->private_data;
	struct mempinfd_range range;

	if (copy_from_user(&range, (void __user *)uarg, sizeof(range)))
		return -EFAULT;
	switch (cmd) {
	case MEMPINFD_IOC_PIN:
		return rfc_pin(fd, &range);
	case MEMPINFD_IOC_UNPIN:
		return rfc_unpin(fd, &range);
	default:
		/* Point 15 */
		return -EINVAL;
	}
}

static int rfc_release(struct inode *inode, struct file *file)
{
	struct mempinfd *fd = file->private_data;
	struct pinned_range *range;
	unsigned long first;

	xa_for_each(&fd->rfc_ranges, first, range) {
		xa_erase(&fd->rfc_ranges, first);
		rfc_end(range);
	}
	xa_destroy(&fd->rfc_ranges);
	kfree(fd);
	return 0;
}

/* ---- ways in ---- */

enum edition { EDITION_RFC, EDITION_STRICT };

static const char *const edition_names[] = { "rfc", "strict" };

/* Set at boot or load, then constant. */
static enum edition edition = EDITION_STRICT;

static int edition_set(const char *text, const struct kernel_param *param)
{
	int found = sysfs_match_string(edition_names, text);

	if (found < 0)
		return found;
	edition = found;
	return 0;
}

static int edition_get(char *buffer, const struct kernel_param *param)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", edition_names[edition]);
}

static const struct kernel_param_ops param_ops_edition = {
	.set = edition_set,
	.get = edition_get,
};

#define param_check_edition(name, variable) __param_check(name, variable, enum edition)

#ifdef MODULE

static int device_open(struct inode *inode, struct file *file)
{
	file->private_data = mempinfd_new();
	return file->private_data ? 0 : -ENOMEM;
}

#define WAY_IN .open = device_open, .owner = THIS_MODULE
#else
#define WAY_IN .owner = THIS_MODULE
#endif

static const struct file_operations strict_fops = {
	WAY_IN,
	.release = strict_release,
	.unlocked_ioctl = strict_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/* Point 15: 32-bit callers have no ioctls. */
static const struct file_operations rfc_fops = {
	WAY_IN,
	.release = rfc_release,
	.unlocked_ioctl = rfc_ioctl,
	.llseek = noop_llseek,
};

static const struct file_operations *edition_fops(void)
{
	return edition == EDITION_STRICT ? &strict_fops : &rfc_fops;
}

#ifdef MODULE

module_param_named(mempinfd, edition, edition, 0444);
MODULE_PARM_DESC(mempinfd, "edition of /dev/mempinfd: rfc (as posted, with its flaws) or strict");

/* For everybody, as a system call would be. */
static struct miscdevice mempinfd_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mempinfd",
	.mode = 0666,
};

int mempinfd_register(void)
{
	mempinfd_device.fops = edition_fops();
	return misc_register(&mempinfd_device);
}

void mempinfd_unregister(void)
{
	misc_deregister(&mempinfd_device);
}

#else /* !MODULE */

core_param(mempinfd, edition, edition, 0444);

SYSCALL_DEFINE0(mempinfd)
{
	struct mempinfd *fd = mempinfd_new();
	int number;

	if (!fd)
		return -ENOMEM;
	number = anon_inode_getfd("[mempinfd]", edition_fops(), fd, O_CLOEXEC);
	if (number < 0)
		kfree(fd);
	return number;
}

/* The number is another one in each kernel; user space reads it here. */
static int system_call = __NR_mempinfd;

static struct ctl_table mempinfd_sysctls[] = {
	{
		.procname = "mempinfd_syscall",
		.data = &system_call,
		.maxlen = sizeof(system_call),
		.mode = 0444,
		.proc_handler = proc_dointvec,
	},
};

static int __init mempinfd_init(void)
{
	register_sysctl_init("vm", mempinfd_sysctls);
	return 0;
}
late_initcall(mempinfd_init);

#endif
