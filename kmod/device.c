// SPDX-License-Identifier: GPL-2.0
/*
 * pinfuzz: pins user memory on request, plays the device that the pins are for,
 * and tells facts of page frames. A test instrument: it trusts its user as far
 * as root is trusted and must not be loaded on a machine that matters.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/highmem.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/overflow.h>
#include <linux/pagemap.h>
#include <linux/percpu.h>
#include <linux/pgtable.h>
#include <linux/preempt.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmstat.h>

#include "compat.h"
#include "mempinfd.h"
#include "pinfuzz_uapi.h"

/* Frames that a query handles at a time; bounds the stack (32 bytes each). */
#define QUERY_CHUNK	16

/* Pages of a file are looked for up to here. */
#define PFZ_MAX_FILE_PAGE	(1u << 20)

/* Rereads of a counter that other CPUs change at the same time. */
#define COUNTER_TRIES	8

static unsigned int canary;
module_param(canary, uint, 0444);
MODULE_PARM_DESC(canary, "planted fault: 0 none, 1 forgotten pin, 2 stray write, 3 lying zone, "
			 "4 warning, 5 bug, 6 hang, 7 report of KASAN");

static atomic_t pin_descriptors = ATOMIC_INIT(0);
static atomic_t pinned_pages = ATOMIC_INIT(0);

/* Where PFZ_CANARY_STRAY_WRITE writes; never read, so it needs no lock. */
static u64 *stray_page;

/* What a pin's pages are held by. */
enum hold {
	HOLD_PIN,		/* pin_user_pages */
	HOLD_FILE,		/* memfd_pin_folios */
	HOLD_REFERENCE,		/* a lookup in the page cache */
};

/* What a pin's descriptor owns. */
struct pin {
	struct mutex lock;	/* count and pages */
	enum hold by;
	u32 flags;		/* PFZ_PIN_* */
	u32 count;		/* pages that it got; 0 once the pin has ended */
	struct page *pages[];	/* NULL where one was given back */
};

/*
 * Planted complaints of the kernel. Two places warn through one function of the
 * kernel's, which must not pass for one bug.
 */
static noinline void canary_warn_at_write(void)
{
	refcount_t none = REFCOUNT_INIT(0);

	refcount_inc(&none);
}

/* Not what the other one does: the compiler would make one function of both. */
static noinline void canary_warn_at_unpin(void)
{
	refcount_t none = REFCOUNT_INIT(0);

	refcount_add(2, &none);
}

static noinline void canary_bug(void)
{
	BUG();
}

static noinline void canary_hang(void)
{
	preempt_disable();
	for (;;)
		cpu_relax();
}

/* As Documentation/dev-tools/kasan.rst shows it; where it was is true. */
static noinline void canary_kasan(const void *where)
{
	pr_err("==================================================================\n");
	pr_err("BUG: KASAN: slab-use-after-free in %pS\n", canary_kasan);
	pr_err("Write of size 8 at addr %px by task %s/%d\n", where, current->comm, current->pid);
	dump_stack();
	pr_err("==================================================================\n");
}

static void canary_write(const void *where)
{
	if (canary == PFZ_CANARY_WARN)
		canary_warn_at_write();
	else if (canary == PFZ_CANARY_BUG)
		canary_bug();
	else if (canary == PFZ_CANARY_HANG)
		canary_hang();
	else if (canary == PFZ_CANARY_KASAN)
		canary_kasan(where);
}

static void give_back(const struct pin *pin, struct page *page)
{
	switch (pin->by) {
	case HOLD_PIN:
		unpin_user_pages_dirty_lock(&page, 1, pin->flags & PFZ_PIN_WRITE);
		break;
	case HOLD_FILE:
		set_page_dirty_lock(page);
		pfz_unpin_file_page(page);
		break;
	case HOLD_REFERENCE:
		if (pin->flags & PFZ_PIN_WRITE)
			set_page_dirty_lock(page);
		put_page(page);
		break;
	}
}

/* Those that were given back before are passed over. */
static void pin_end_part(struct pin *pin, u32 first, u32 pages)
{
	u32 i;

	for (i = first; i < first + pages; i++) {
		if (!pin->pages[i])
			continue;
		if (i || canary != PFZ_CANARY_FORGOTTEN_PIN)
			give_back(pin, pin->pages[i]);
		pin->pages[i] = NULL;
		atomic_dec(&pinned_pages);
	}
}

static void pin_end(struct pin *pin)
{
	pin_end_part(pin, 0, pin->count);
	pin->count = 0;
}

static void pin_free(struct pin *pin)
{
	pin_end(pin);
	mutex_destroy(&pin->lock);
	kfree(pin);
	atomic_dec(&pin_descriptors);
}

static long pin_unpin(struct pin *pin)
{
	long err = 0;

	if (mutex_lock_killable(&pin->lock))
		return -EINTR;
	if (pin->count && canary == PFZ_CANARY_WARN)
		canary_warn_at_unpin();
	if (pin->count)
		pin_end(pin);
	else
		err = -ENOENT;
	mutex_unlock(&pin->lock);
	return err;
}

static long pin_unpin_part(struct pin *pin, const struct pfz_part __user *upart)
{
	struct pfz_part part;
	long err = 0;

	if (copy_from_user(&part, upart, sizeof(part)))
		return -EFAULT;
	if (mutex_lock_killable(&pin->lock))
		return -EINTR;
	if (!pin->count)
		err = -ENOENT;
	else if (!part.pages || part.first >= pin->count || part.pages > pin->count - part.first)
		err = -EINVAL;
	else
		pin_end_part(pin, part.first, part.pages);
	mutex_unlock(&pin->lock);
	return err;
}

/* What a device would do with the pages [first, first + pages). Needs the lock. */
static long pin_access(struct pin *pin, struct pfz_device *arg, bool write)
{
	u32 i;

	if (!pin->count)
		return -ENOENT;
	if (write && !(pin->flags & PFZ_PIN_WRITE))
		return -EACCES;
	if (!arg->pages || arg->first >= pin->count || arg->pages > pin->count - arg->first)
		return -EINVAL;
	if (write)
		canary_write(pin);

	for (i = 0; i < arg->pages; i++) {
		struct page *page = pin->pages[arg->first + i];
		u64 *at;

		if (!page) {
			arg->values[i] = 0;
			continue;
		}
		at = kmap(page);
		if (!write)
			arg->values[i] = READ_ONCE(*at);
		else if (canary == PFZ_CANARY_STRAY_WRITE)
			WRITE_ONCE(*stray_page, arg->values[i]);
		else
			WRITE_ONCE(*at, arg->values[i]);
		kunmap(page);
	}
	return 0;
}

/*
 * User memory is touched outside the lock: a fault on it may wait for
 * userfaultfd, and nobody else should wait with it.
 */
static long pin_device(struct pin *pin, struct pfz_device __user *uarg, bool write)
{
	const size_t head = offsetof(struct pfz_device, values);
	struct pfz_device arg;
	long err;

	if (copy_from_user(&arg, uarg, head))
		return -EFAULT;
	if (arg.pages > PFZ_MAX_PIN_PAGES)
		return -EINVAL;
	if (write && copy_from_user(arg.values, uarg->values, arg.pages * sizeof(u64)))
		return -EFAULT;

	if (mutex_lock_killable(&pin->lock))
		return -EINTR;
	err = pin_access(pin, &arg, write);
	mutex_unlock(&pin->lock);

	if (!err && !write && copy_to_user(uarg->values, arg.values, arg.pages * sizeof(u64)))
		err = -EFAULT;
	return err;
}

static long pin_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	struct pin *pin = file->private_data;

	switch (cmd) {
	case PFZ_IOC_UNPIN:
		return pin_unpin(pin);
	case PFZ_IOC_UNPIN_PART:
		return pin_unpin_part(pin, (void __user *)uarg);
	case PFZ_IOC_DEVICE_READ:
		return pin_device(pin, (void __user *)uarg, false);
	case PFZ_IOC_DEVICE_WRITE:
		return pin_device(pin, (void __user *)uarg, true);
	default:
		return -ENOTTY;
	}
}

static int pin_release(struct inode *inode, struct file *file)
{
	pin_free(file->private_data);
	return 0;
}

static const struct file_operations pin_fops = {
	.owner = THIS_MODULE,
	.release = pin_release,
	.unlocked_ioctl = pin_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct mm_struct *mm_of(pid_t number)
{
	struct task_struct *task;
	struct mm_struct *mm;
	struct pid *pid;

	if (!number)
		return get_task_mm(current);
	pid = find_get_pid(number);
	task = get_pid_task(pid, PIDTYPE_PID);
	put_pid(pid);
	if (!task)
		return NULL;
	mm = get_task_mm(task);
	put_task_struct(task);
	return mm;
}

static unsigned int gup_flags_of(u32 flags)
{
	unsigned int gup_flags = 0;

	if (flags & PFZ_PIN_WRITE)
		gup_flags |= FOLL_WRITE;
	if (flags & PFZ_PIN_LONGTERM)
		gup_flags |= FOLL_LONGTERM;
	return gup_flags;
}

/* One call of the kernel for pages that follow each other. Without mm: the caller's own memory. */
static long gup(struct mm_struct *mm, u64 addr, u32 pages, u32 flags, struct page **to)
{
	unsigned int gup_flags = gup_flags_of(flags);
	struct mm_struct *lock = mm ? mm : current->mm;
	long count;

	if (flags & PFZ_PIN_FAST)
		return pin_user_pages_fast(addr, pages, gup_flags, to);
	if (mmap_read_lock_killable(lock))
		return -EINTR;
	if (mm)
		count = pfz_pin_user_pages_remote(mm, addr, pages, gup_flags, to);
	else
		count = pfz_pin_user_pages(addr, pages, gup_flags, to);
	mmap_read_unlock(lock);
	return count;
}

/* Answers how many pages are pinned (at least one) or a negative error. */
static long pin_take(struct pin *pin, const struct pfz_pin *arg, struct mm_struct *mm)
{
	bool each = arg->flags & PFZ_PIN_EACH || arg->stride != PAGE_SIZE;
	u32 at_once = each ? 1 : arg->pages;
	long count;

	do {
		count = gup(mm, arg->addr + (u64)pin->count * arg->stride, at_once, arg->flags,
			    pin->pages + pin->count);
		if (count > 0) {
			pin->count += count;
			atomic_add(count, &pinned_pages);
		}
	} while (each && count > 0 && pin->count < arg->pages);
	if (pin->count)
		return pin->count;
	return count ? count : -EFAULT;
}

static struct pin *pin_alloc(u32 pages, enum hold by, u32 flags)
{
	struct pin *pin;

	if (!atomic_add_unless(&pin_descriptors, 1, PFZ_MAX_PINS))
		return ERR_PTR(-ENOSPC);
	pin = kzalloc(struct_size(pin, pages, pages), GFP_KERNEL);
	if (!pin) {
		atomic_dec(&pin_descriptors);
		return ERR_PTR(-ENOMEM);
	}
	mutex_init(&pin->lock);
	pin->by = by;
	pin->flags = flags;
	return pin;
}

/*
 * A descriptor for a pin, told at `ufd` with what else lies at `uarg`. It owns the pin
 * from then on; on an error the pin is freed.
 */
static long pin_publish(struct pin *pin, s32 *fd, void __user *uarg, const void *arg, size_t size)
{
	struct file *file;
	long err;

	err = get_unused_fd_flags(O_CLOEXEC);
	if (err < 0)
		goto free_pin;
	*fd = err;
	file = anon_inode_getfile("[pinfuzz-pin]", &pin_fops, pin, O_RDWR | O_CLOEXEC);
	if (IS_ERR(file)) {
		put_unused_fd(*fd);
		err = PTR_ERR(file);
		goto free_pin;
	}
	if (copy_to_user(uarg, arg, size)) {
		put_unused_fd(*fd);
		fput(file);
		return -EFAULT;
	}
	fd_install(*fd, file);
	return 0;

free_pin:
	pin_free(pin);
	return err;
}

static bool bad_stride(u32 stride)
{
	return !stride || !PAGE_ALIGNED(stride) || stride > PFZ_MAX_STRIDE;
}

static long dev_pin(struct pfz_pin __user *uarg)
{
	struct mm_struct *mm = NULL;
	struct pfz_pin arg;
	struct pin *pin;
	u64 end;
	long err;
	u32 i;

	if (copy_from_user(&arg, uarg, offsetof(struct pfz_pin, pinned)))
		return -EFAULT;
	if (arg.flags & ~PFZ_PIN_ALL || (arg.pid && arg.flags & PFZ_PIN_FAST))
		return -EINVAL;
	if (!arg.pages || arg.pages > PFZ_MAX_PIN_PAGES || arg.pid < 0 || bad_stride(arg.stride))
		return -EINVAL;
	if (!PAGE_ALIGNED(arg.addr) || check_add_overflow(arg.addr, (u64)arg.pages * arg.stride, &end))
		return -EINVAL;

	pin = pin_alloc(arg.pages, HOLD_PIN, arg.flags);
	if (IS_ERR(pin))
		return PTR_ERR(pin);
	if (arg.pid) {
		mm = mm_of(arg.pid);
		if (!mm) {
			pin_free(pin);
			return -ESRCH;
		}
	}
	err = pin_take(pin, &arg, mm);
	if (mm)
		mmput(mm);
	if (err < 0) {
		pin_free(pin);
		return err;
	}
	arg.pinned = pin->count;
	for (i = 0; i < pin->count; i++)
		arg.pfns[i] = page_to_pfn(pin->pages[i]);
	return pin_publish(pin, &arg.fd, uarg, &arg, offsetof(struct pfz_pin, pfns) + arg.pinned * sizeof(u64));
}

/* One page of a file: 1, or a negative error. */
static long file_page(struct file *file, u64 index, enum hold by, struct page **page)
{
	if (by == HOLD_FILE)
		return pfz_pin_file_page(file, index << PAGE_SHIFT, page);
	/* Huge pages of the pool are counted in their own size before 6.7. */
	*page = pfz_find_page(file, index);
	return *page ? 1 : -ENOENT;
}

static long dev_file_pages(struct pfz_file_pages __user *uarg, enum hold by)
{
	struct pfz_file_pages arg;
	struct file *file;
	struct pin *pin;
	bool writable;
	long count;
	u32 i;

	if (by == HOLD_FILE && !PFZ_CAN_PIN_FILE)
		return -EOPNOTSUPP;
	if (copy_from_user(&arg, uarg, offsetof(struct pfz_file_pages, pfns)))
		return -EFAULT;
	if (!arg.pages || arg.pages > PFZ_MAX_PIN_PAGES || arg.reserved || bad_stride(arg.stride) ||
	    arg.first > PFZ_MAX_FILE_PAGE)
		return -EINVAL;
	file = fget(arg.file);
	if (!file)
		return -EBADF;
	/* a file system with a disk wants to know beforehand of what is written (page_mkwrite) */
	writable = by == HOLD_FILE || file_inode(file)->i_sb->s_bdev == NULL;
	pin = pin_alloc(arg.pages, by, PFZ_PIN_LONGTERM | (writable ? PFZ_PIN_WRITE : 0));
	if (IS_ERR(pin)) {
		fput(file);
		return PTR_ERR(pin);
	}
	for (i = 0, count = 1; count > 0 && i < arg.pages; i++) {
		count = file_page(file, arg.first + (u64)i * (arg.stride >> PAGE_SHIFT), by,
				  &pin->pages[pin->count]);
		if (count > 0) {
			pin->count++;
			atomic_inc(&pinned_pages);
		}
	}
	fput(file);
	if (!pin->count) {
		pin_free(pin);
		return count < 0 ? count : -ENOENT;
	}
	arg.pinned = pin->count;
	for (i = 0; i < pin->count; i++)
		arg.pfns[i] = page_to_pfn(pin->pages[i]);
	return pin_publish(pin, &arg.fd, uarg, &arg,
			   offsetof(struct pfz_file_pages, pfns) + arg.pinned * sizeof(u64));
}

static u8 zone_of(struct page *page)
{
	switch (page_zonenum(page)) {
#ifdef CONFIG_ZONE_DMA
	case ZONE_DMA:
		return PFZ_ZONE_DMA;
#endif
#ifdef CONFIG_ZONE_DMA32
	case ZONE_DMA32:
		return PFZ_ZONE_DMA32;
#endif
	case ZONE_NORMAL:
		return PFZ_ZONE_NORMAL;
	case ZONE_MOVABLE:
		return PFZ_ZONE_MOVABLE;
#ifdef CONFIG_ZONE_DEVICE
	case ZONE_DEVICE:
		return PFZ_ZONE_DEVICE;
#endif
	default:
		return PFZ_ZONE_UNKNOWN;
	}
}

static u8 migratetype_of(unsigned long pfn)
{
	switch (pfz_migratetype(pfn)) {
	case MIGRATE_UNMOVABLE:
		return PFZ_MT_UNMOVABLE;
	case MIGRATE_MOVABLE:
		return PFZ_MT_MOVABLE;
	case MIGRATE_RECLAIMABLE:
		return PFZ_MT_RECLAIMABLE;
	case MIGRATE_HIGHATOMIC:
		return PFZ_MT_HIGHATOMIC;
#ifdef CONFIG_CMA
	case MIGRATE_CMA:
		return PFZ_MT_CMA;
#endif
#ifdef CONFIG_MEMORY_ISOLATION
	case MIGRATE_ISOLATE:
		return PFZ_MT_ISOLATE;
#endif
	default:
		return PFZ_MT_UNKNOWN;
	}
}

/* Facts of memory that user space can have mapped. */
static void user_page_facts(struct pfz_page *facts, struct page *page)
{
	struct page *head = compound_head(page);

	facts->pins = pfz_pin_count(head);
	facts->maps = pfz_map_count(page);
	if (facts->maps > 1)
		facts->flags |= PFZ_PAGE_SHARED;
	if (PageHuge(head))
		facts->flags |= PFZ_PAGE_HUGETLB;
	else if (PageCompound(page))
		facts->flags |= PFZ_PAGE_HUGE;
	if (pfz_is_ksm(head))
		facts->flags |= PFZ_PAGE_KSM;
	if (PageAnon(head)) {
		facts->flags |= PFZ_PAGE_ANON;
		if (!(facts->flags & PFZ_PAGE_KSM) && pfz_is_exclusive(page))
			facts->flags |= PFZ_PAGE_EXCLUSIVE;
	}
	if (pfz_maybe_pinned(head))
		facts->flags |= PFZ_PAGE_MAYBE_PINNED;
	if (pfz_is_mlocked(head))
		facts->flags |= PFZ_PAGE_MLOCKED;
	if (pfz_in_swap_cache(head))
		facts->flags |= PFZ_PAGE_SWAPCACHE;
	if (PageHWPoison(page))
		facts->flags |= PFZ_PAGE_POISONED;
	facts->order = pfz_order(head);
}

/*
 * Takes no reference: a page that is freed, split or merged meanwhile gives a
 * mixture of old and new facts, never a fault, since the memory map stays.
 */
static void page_facts(struct pfz_page *facts)
{
	unsigned long pfn = facts->pfn;
	struct page *page = pfz_online_page(pfn);

	memset(facts, 0, sizeof(*facts));
	facts->pfn = pfn;
	if (!page) {
		if (pfz_in_device(pfn)) {
			facts->flags = PFZ_PAGE_DEVICE;
			facts->zone = PFZ_ZONE_DEVICE;
		}
		return;
	}

	facts->flags = PFZ_PAGE_VALID;
	facts->refs = page_ref_count(compound_head(page));
	facts->zone = zone_of(page);
	facts->migratetype = migratetype_of(pfn);
	facts->node = page_to_nid(page);
	if (is_zero_pfn(pfn))
		facts->flags |= PFZ_PAGE_ZERO;
	if (!pfz_is_typed(compound_head(page)))
		user_page_facts(facts, page);

	/* The kernel's guess has no false negatives, so it covers all pins of ours. */
	if (canary == PFZ_CANARY_LYING_ZONE && (facts->flags & PFZ_PAGE_MAYBE_PINNED) &&
	    !(facts->flags & PFZ_PAGE_ZERO))
		facts->zone = PFZ_ZONE_MOVABLE;
}

static long dev_query(struct pfz_query __user *uarg)
{
	struct pfz_page chunk[QUERY_CHUNK];
	struct pfz_page __user *at;
	struct pfz_query arg;
	u32 done, count, i;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.reserved || !arg.count || arg.count > PFZ_MAX_QUERY_PAGES)
		return -EINVAL;

	at = u64_to_user_ptr(arg.pages);
	for (done = 0; done < arg.count; done += count) {
		count = min_t(u32, arg.count - done, QUERY_CHUNK);
		if (copy_from_user(chunk, at + done, count * sizeof(*chunk)))
			return -EFAULT;
		for (i = 0; i < count; i++)
			page_facts(&chunk[i]);
		if (copy_to_user(at + done, chunk, count * sizeof(*chunk)))
			return -EFAULT;
	}
	return 0;
}

#define ENTRY_PRESENT	BIT_ULL(63)
#define ENTRY_SWAPPED	BIT_ULL(62)
#define ENTRY_FILE	BIT_ULL(61)
#define ENTRY_WRITABLE	BIT_ULL(60)
#define ENTRY_DEVICE	BIT_ULL(59)
#define ENTRY_GUARD	BIT_ULL(58)
#define ENTRY_UFFD_WP	BIT_ULL(57)
#define ENTRY_EXCLUSIVE	BIT_ULL(56)

static u64 present_entry(unsigned long pfn)
{
	struct page *page = pfz_online_page(pfn);
	u64 entry = ENTRY_PRESENT | pfn;

	if (page && !is_zero_pfn(pfn) && !PageAnon(page))
		entry |= ENTRY_FILE;
	return entry;
}

static u64 absent_entry(pte_t pte)
{
	u64 protected = pte_swp_uffd_wp(pte) ? ENTRY_UFFD_WP : 0;

	switch (pfz_absent(pte)) {
	case PFZ_ABSENT_SWAPPED:
		return ENTRY_SWAPPED | protected;
	case PFZ_ABSENT_DEVICE:
		return ENTRY_SWAPPED | ENTRY_DEVICE | protected;
	case PFZ_ABSENT_EXCLUSIVE:
		return ENTRY_SWAPPED | ENTRY_EXCLUSIVE | protected;
	case PFZ_ABSENT_GUARD:
		return ENTRY_GUARD;
	case PFZ_ABSENT_PROTECTED:
		return ENTRY_UFFD_WP;
	case PFZ_ABSENT_NOTHING:
		break;
	}
	return 0;
}

/* Walks the page table by hand: the kernel's walker is not exported. Needs the mmap lock. */
static u64 mapping_entry(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;
	pmd_t pmd;
	pte_t pte;

	if (pgd_none(*pgd))
		return 0;
	p4d = p4d_offset(pgd, addr);
	if (p4d_none(*p4d))
		return 0;
	pud = pud_offset(p4d, addr);
	if (pud_none(*pud) || !pud_present(*pud) || pud_leaf(*pud))
		return 0;
	pmd = READ_ONCE(*pmd_offset(pud, addr));
	if (pmd_none(pmd))
		return 0;
	if (!pmd_present(pmd))
		return ENTRY_SWAPPED;
	if (pmd_leaf(pmd))
		return present_entry(pmd_pfn(pmd) + ((addr & ~PMD_MASK) >> PAGE_SHIFT)) |
		       (pmd_write(pmd) ? ENTRY_WRITABLE : 0) | (pmd_uffd_wp(pmd) ? ENTRY_UFFD_WP : 0);
	pte = READ_ONCE(*pte_offset_kernel(&pmd, addr));
	if (pte_none(pte))
		return 0;
	if (!pte_present(pte))
		return absent_entry(pte);
	return present_entry(pte_pfn(pte)) | (pte_write(pte) ? ENTRY_WRITABLE : 0) |
	       (pte_uffd_wp(pte) ? ENTRY_UFFD_WP : 0);
}

static long dev_mappings(struct pfz_mappings __user *uarg)
{
	u64 entries[PFZ_MAX_PIN_PAGES];
	struct {
		u64 addr;
		u32 pages;
		s32 pid;
		u64 stride;
	} arg;
	struct mm_struct *mm;
	unsigned long bytes;
	u32 i;

	BUILD_BUG_ON(sizeof(arg) != offsetof(struct pfz_mappings, entries));
	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (!arg.pages || arg.pages > PFZ_MAX_PIN_PAGES || arg.pid < 0 || arg.addr & ~PAGE_MASK ||
	    arg.stride > PFZ_MAX_STRIDE || bad_stride(arg.stride))
		return -EINVAL;
	bytes = (unsigned long)arg.pages * arg.stride;
	if (arg.addr >= TASK_SIZE || TASK_SIZE - arg.addr < bytes)
		return -EINVAL;
	mm = mm_of(arg.pid);
	if (!mm)
		return -ESRCH;
	mmap_read_lock(mm);
	/* newer kernels free page tables of file huge pages under RCU, without the lock */
	rcu_read_lock();
	for (i = 0; i < arg.pages; i++)
		entries[i] = mapping_entry(mm, arg.addr + (unsigned long)i * arg.stride);
	rcu_read_unlock();
	mmap_read_unlock(mm);
	mmput(mm);
	return copy_to_user(uarg->entries, entries, arg.pages * sizeof(*entries)) ? -EFAULT : 0;
}

static long dev_charges(struct pfz_charges __user *uarg)
{
	struct pfz_charges charges;
	struct mm_struct *mm;

	if (copy_from_user(&charges, uarg, sizeof(charges)))
		return -EFAULT;
	if (charges.pid < 0 || charges.reserved)
		return -EINVAL;
	mm = mm_of(charges.pid);
	if (!mm)
		return -ESRCH;
	charges.pinned_vm = atomic64_read(&mm->pinned_vm);
	charges.locked_vm = READ_ONCE(mm->locked_vm);
	mmput(mm);
	return copy_to_user(uarg, &charges, sizeof(charges)) ? -EFAULT : 0;
}

/*
 * The migrate type of a frame whose surroundings can be isolated: movable or CMA.
 * The allocator isolates all pageblocks up to its largest alignment, and gives
 * them all the type that it was told.
 */
static int isolable_type(unsigned long pfn)
{
	unsigned long at = round_down(pfn, MAX_ORDER_NR_PAGES);
	unsigned long end = at + MAX_ORDER_NR_PAGES;
	int type = pfz_migratetype(pfn);

	if (type != MIGRATE_MOVABLE && !is_migrate_cma(type))
		return -EINVAL;
	for (; at < end; at += pageblock_nr_pages) {
		if (!pfz_online_page(at) || pfz_migratetype(at) != type)
			return -EINVAL;
	}
	return type;
}

static long dev_contig(const struct pfz_contig __user *uarg)
{
	struct pfz_contig arg;
	int type, err;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;
	if (arg.reserved || !pfz_online_page(arg.pfn) || is_zero_pfn(arg.pfn))
		return -EINVAL;
	type = isolable_type(arg.pfn);
	if (type < 0)
		return type;
	err = pfz_take_frame(arg.pfn, type);
	if (!err)
		pfz_free_frame(arg.pfn);
	return err;
}

/* What lies in the CPUs' own differences and has not reached the global counter. */
static long node_stat_remainder(enum node_stat_item item)
{
	long sum = 0;
	int node, cpu;

	for_each_node(node) {
		struct pglist_data *pgdat = NODE_DATA(node);

		if (!pgdat || !pgdat->per_cpu_nodestats)
			continue;
		for_each_possible_cpu(cpu)
			sum += per_cpu_ptr(pgdat->per_cpu_nodestats, cpu)->vm_node_stat_diff[item];
	}
	return sum;
}

/*
 * Exact when nothing changes the counter. A CPU that moves its difference to
 * the global counter meanwhile changes that, and the sum is taken again.
 */
static u64 node_stat(enum node_stat_item item)
{
	int tries = COUNTER_TRIES;
	long global, sum;

	do {
		global = atomic_long_read(&vm_node_stat[item]);
		sum = global + node_stat_remainder(item);
	} while (global != atomic_long_read(&vm_node_stat[item]) && --tries);
	return max(sum, 0L);
}

static long dev_counters(struct pfz_counters __user *uarg)
{
	struct pfz_counters counters = {
		.foll_pin_acquired = node_stat(NR_FOLL_PIN_ACQUIRED),
		.foll_pin_released = node_stat(NR_FOLL_PIN_RELEASED),
		.anon_mapped_pages = node_stat(NR_ANON_MAPPED),
		.shmem_pages = node_stat(NR_SHMEM),
		.pin_descriptors = atomic_read(&pin_descriptors),
		.pinned_pages = atomic_read(&pinned_pages),
	};

	return copy_to_user(uarg, &counters, sizeof(counters)) ? -EFAULT : 0;
}

static long dev_version(struct pfz_version __user *uarg)
{
	struct pfz_version version = {
		.abi = PFZ_ABI_VERSION,
		.canary = canary,
	};

	return copy_to_user(uarg, &version, sizeof(version)) ? -EFAULT : 0;
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	switch (cmd) {
	case PFZ_IOC_VERSION:
		return dev_version((void __user *)uarg);
	case PFZ_IOC_PIN:
		return dev_pin((void __user *)uarg);
	case PFZ_IOC_PIN_FILE:
		return dev_file_pages((void __user *)uarg, HOLD_FILE);
	case PFZ_IOC_HOLD:
		return dev_file_pages((void __user *)uarg, HOLD_REFERENCE);
	case PFZ_IOC_QUERY:
		return dev_query((void __user *)uarg);
	case PFZ_IOC_MAPPINGS:
		return dev_mappings((void __user *)uarg);
	case PFZ_IOC_CHARGES:
		return dev_charges((void __user *)uarg);
	case PFZ_IOC_CONTIG:
		return dev_contig((void __user *)uarg);
	case PFZ_IOC_COUNTERS:
		return dev_counters((void __user *)uarg);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice pinfuzz_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pinfuzz",
	.fops = &dev_fops,
	.mode = 0600,
};

static int __init pinfuzz_init(void)
{
	int err;

	if (canary > PFZ_CANARY_KASAN)
		return -EINVAL;
	stray_page = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!stray_page)
		return -ENOMEM;
	err = misc_register(&pinfuzz_device);
	if (err)
		goto free_stray_page;
	err = mempinfd_register();
	if (err)
		goto deregister;
	return 0;

deregister:
	misc_deregister(&pinfuzz_device);
free_stray_page:
	free_page((unsigned long)stray_page);
	return err;
}

static void __exit pinfuzz_exit(void)
{
	mempinfd_unregister();
	misc_deregister(&pinfuzz_device);
	free_page((unsigned long)stray_page);
}

module_init(pinfuzz_init);
module_exit(pinfuzz_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Pins of user memory and facts of page frames, for pinfuzz");
