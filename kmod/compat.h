/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that differs between the kernels that the module is built for: 5.10, 6.1,
 * 6.12 and 7.2. Nothing else in the module asks for a version.
 */
#ifndef PINFUZZ_COMPAT_H
#define PINFUZZ_COMPAT_H

#include <linux/version.h>

#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/pagemap.h>
#include <linux/swap.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#include <linux/leafops.h>
#else
#include <linux/swapops.h>
#endif
#include <linux/userfaultfd_k.h>

#ifndef CONFIG_64BIT
#error "pinfuzz reads pin counts of large folios, which need a 64-bit kernel"
#endif

/* pin_user_pages() lost its vmas argument in 6.5. */
static inline long pfz_pin_user_pages(unsigned long addr, unsigned long count,
				      unsigned int flags, struct page **pages)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return pin_user_pages(addr, count, flags, pages);
#else
	return pin_user_pages(addr, count, flags, pages, NULL);
#endif
}

/* The same in another memory; the lock is kept. */
static inline long pfz_pin_user_pages_remote(struct mm_struct *mm, unsigned long addr,
					     unsigned long count, unsigned int flags,
					     struct page **pages)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return pin_user_pages_remote(mm, addr, count, flags, pages, NULL);
#else
	return pin_user_pages_remote(mm, addr, count, flags, pages, NULL, NULL);
#endif
}

/* memfd_pin_folios(), 6.11. */
#define PFZ_CAN_PIN_FILE (LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0))

/*
 * Pins one page of a memory file for long, with the folio that it is in; it is
 * made where there is none.
 */
static inline long pfz_pin_file_page(struct file *file, loff_t at, struct page **page)
{
#if PFZ_CAN_PIN_FILE
	struct folio *folio;
	pgoff_t offset;
	long count;

	count = memfd_pin_folios(file, at, at + PAGE_SIZE - 1, &folio, 1, &offset);
	if (count > 0)
		*page = folio_page(folio, offset >> PAGE_SHIFT);
	return count;
#else
	return -EOPNOTSUPP;
#endif
}

static inline void pfz_unpin_file_page(struct page *page)
{
#if PFZ_CAN_PIN_FILE
	unpin_folio(page_folio(page));
#endif
}

/*
 * The page of a frame of online memory, or NULL. Frames of devices
 * (ZONE_DEVICE) are not online memory. pfn_to_online_page() is not exported
 * by 5.10.
 */
static inline struct page *pfz_online_page(unsigned long pfn)
{
	/* 5.10's own checks ignore bits that no physical address has. */
	if (PHYS_PFN(PFN_PHYS(pfn)) != pfn)
		return NULL;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	return pfn_to_online_page(pfn);
#else
	if (!pfn_valid(pfn) || !online_section(__pfn_to_section(pfn)))
		return NULL;
	return pfn_to_page(pfn);
#endif
}

/* Whether a frame is memory of a device, which is never online. */
static inline bool pfz_in_device(unsigned long pfn)
{
	return PHYS_PFN(PFN_PHYS(pfn)) == pfn && pfn_valid(pfn) && is_zone_device_page(pfn_to_page(pfn));
}

/*
 * Whether the fields that count mappings and name an owner hold something else:
 * slab and typed pages (page tables, free blocks, offline pages). Slab became
 * a page type before 6.12.
 */
static inline bool pfz_is_typed(struct page *head)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	if (PageSlab(head))
		return true;
#endif
	return page_has_type(head) && !PageHuge(head);
}

static inline bool pfz_is_ksm(struct page *head)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	return folio_test_ksm(page_folio(head));
#else
	return PageKsm(head);
#endif
}

static inline bool pfz_is_mlocked(struct page *head)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	return folio_test_mlocked(page_folio(head));
#else
	return PageMlocked(head);
#endif
}

static inline bool pfz_in_swap_cache(struct page *head)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	return folio_test_swapcache(page_folio(head));
#else
	return PageSwapCache(head);
#endif
}

/* How many pages its folio has, as a power of two. */
static inline unsigned int pfz_order(struct page *head)
{
	return PageHead(head) ? compound_order(head) : 0;
}

static inline bool pfz_maybe_pinned(struct page *head)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	return folio_maybe_dma_pinned(page_folio(head));
#else
	return page_maybe_dma_pinned(head);
#endif
}

/* Pins as the kernel counts them: apart for large folios, else in the references. */
static inline int pfz_pin_count(struct page *head)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	if (PageCompound(head))
		return atomic_read(&page_folio(head)->_pincount);
#else
	if (hpage_pincount_available(head))
		return compound_pincount(head);
#endif
	return (unsigned int)page_ref_count(head) / GUP_PIN_COUNTING_BIAS;
}

/*
 * How many page tables map the whole folio by one entry. Read directly:
 * folio_entire_mapcount() asserts what a split meanwhile can break.
 */
static inline int pfz_entire_map_count(struct page *head)
{
	if (!PageCompound(head))
		return 0;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	return atomic_read(&page_folio(head)->_entire_mapcount) + 1;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)
	return atomic_read(folio_mapcount_ptr(page_folio(head))) + 1;
#else
	return atomic_read(compound_mapcount_ptr(head)) + 1;
#endif
}

/*
 * How many page tables map this page. page_mapcount() is gone in 6.12; its
 * successor in fs/proc adds the page's own count and that of the whole folio.
 */
static inline int pfz_map_count(struct page *page)
{
	int maps;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	maps = atomic_read(&page->_mapcount) + 1;
	if (page_mapcount_is_type(maps))
		maps = 0;
	maps += pfz_entire_map_count(compound_head(page));
#else
	maps = page_mapcount(page);
#endif
	return max(maps, 0);
}

/*
 * PG_anon_exclusive exists since 5.19; page->flags became a struct in 6.18.
 * A folio that is only mapped as a whole (hugetlb, or a huge page by a PMD) has
 * the mark on its head, otherwise each page has its own (page_add_new_anon_rmap(),
 * __split_huge_pmd_locked()). The bit is read directly: PageAnonExclusive() has
 * assertions (DEBUG_VM) that a page which is freed meanwhile can break.
 */
static inline bool pfz_is_exclusive(struct page *page)
{
	struct page *head = compound_head(page);

	if (PageHuge(head) ||
	    (pfz_entire_map_count(head) > 0 && atomic_read(&page->_mapcount) < 0))
		page = head;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return test_bit(PG_anon_exclusive, &page->flags.f);
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0)
	return test_bit(PG_anon_exclusive, &page->flags);
#else
	return false;
#endif
}

/*
 * Looks a page of a file up in the page cache and takes a reference; NULL where there is
 * none. Huge pages of the pool are kept by their own size before 6.7.
 */
static inline struct page *pfz_find_page(struct file *file, pgoff_t index)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	struct super_block *sb = file_inode(file)->i_sb;

	if (sb->s_magic == HUGETLBFS_MAGIC)
		index >>= sb->s_blocksize_bits - PAGE_SHIFT;
#endif
	return find_get_page(file->f_mapping, index);
}

/* What stands in a page table in place of a page. */
enum pfz_absent {
	PFZ_ABSENT_SWAPPED,	/* swapped out, or being migrated */
	PFZ_ABSENT_DEVICE,	/* in a device's memory */
	PFZ_ABSENT_EXCLUSIVE,	/* here, but a device has it to itself (5.14) */
	PFZ_ABSENT_GUARD,	/* a guard (6.13) */
	PFZ_ABSENT_PROTECTED,	/* nothing, and userfaultfd protects it from being written (5.19) */
	PFZ_ABSENT_NOTHING,	/* another marker (5.19): of a poisoned page */
};

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
static inline enum pfz_absent pfz_absent(pte_t pte)
{
	softleaf_t entry = softleaf_from_pte(pte);

	if (softleaf_is_uffd_wp_marker(entry))
		return PFZ_ABSENT_PROTECTED;
	if (softleaf_is_marker(entry))
		return softleaf_is_guard_marker(entry) ? PFZ_ABSENT_GUARD : PFZ_ABSENT_NOTHING;
	if (softleaf_is_device_exclusive(entry))
		return PFZ_ABSENT_EXCLUSIVE;
	return softleaf_is_device_private(entry) ? PFZ_ABSENT_DEVICE : PFZ_ABSENT_SWAPPED;
}
#else
static inline enum pfz_absent pfz_absent(pte_t pte)
{
	swp_entry_t entry = pte_to_swp_entry(pte);

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0)
	if (pte_marker_entry_uffd_wp(entry))
		return PFZ_ABSENT_PROTECTED;
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
	if (is_pte_marker_entry(entry))
		return is_guard_swp_entry(entry) ? PFZ_ABSENT_GUARD : PFZ_ABSENT_NOTHING;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 19, 0)
	if (is_pte_marker_entry(entry))
		return PFZ_ABSENT_NOTHING;
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 14, 0)
	if (is_device_exclusive_entry(entry))
		return PFZ_ABSENT_EXCLUSIVE;
#endif
	return is_device_private_entry(entry) ? PFZ_ABSENT_DEVICE : PFZ_ABSENT_SWAPPED;
}
#endif

/*
 * Migrate type of the pageblock in bits of the section's pageblock_flags, which
 * get_pfnblock_flags_mask() (mm/page_alloc.c, not exported) reads likewise. From
 * 6.17 isolation is a bit of its own; before, it is one of the types. Answers a
 * negative number when there are no such bits.
 */
static inline int pfz_migratetype(unsigned long pfn)
{
	int type = -1;
#ifdef CONFIG_SPARSEMEM
	struct mem_section_usage *usage;
	unsigned long *flags;
	unsigned long bit, bits;

	bit = ((pfn & (PAGES_PER_SECTION - 1)) >> pageblock_order) * NR_PAGEBLOCK_BITS;
	/* Removal of memory frees the usage after a grace period. */
	rcu_read_lock();
	usage = READ_ONCE(__pfn_to_section(pfn)->usage);
	if (usage) {
		/* Declared with no elements, which checks of array bounds (UBSAN) take by its word. */
		flags = usage->pageblock_flags;
		bits = READ_ONCE(flags[bit / BITS_PER_LONG]);
		bits >>= bit % BITS_PER_LONG;
		type = bits & 7;
#if defined(CONFIG_MEMORY_ISOLATION) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
		if (bits & BIT(PB_migrate_isolate))
			type = MIGRATE_ISOLATE;
#endif
	}
	rcu_read_unlock();
#endif
	return type;
}

/*
 * Takes one frame as contiguous memory; what is in it is moved. From 6.17 flags
 * say what is looked for, before the migrate type does, which the pageblocks have
 * again afterwards.
 */
static inline int pfz_take_frame(unsigned long pfn, int migratetype)
{
#ifndef CONFIG_CONTIG_ALLOC
	return -EOPNOTSUPP;
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
	return alloc_contig_range(pfn, pfn + 1,
				  is_migrate_cma(migratetype) ? ACR_FLAGS_CMA : ACR_FLAGS_NONE,
				  GFP_KERNEL);
#else
	return alloc_contig_range(pfn, pfn + 1, migratetype, GFP_KERNEL);
#endif
}

static inline void pfz_free_frame(unsigned long pfn)
{
#ifdef CONFIG_CONTIG_ALLOC
	free_contig_range(pfn, 1);
#endif
}

#endif /* PINFUZZ_COMPAT_H */
