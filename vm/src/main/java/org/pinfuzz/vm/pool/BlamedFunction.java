// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The function that a report of the kernel is about: where it happened, or, if that is a function that all of the kernel
 * calls, the first of its callers that is not. Two bugs that are noticed by one check differ by it.
 */
final class BlamedFunction {
    /** Registers, code and modules stand before the trace; the traces of who allocated and freed stand behind it. */
    private static final int MAX_LINES = 120;

    private static final Pattern RIP =
            Pattern.compile("^RIP: [0-9a-f]+:([A-Za-z_][A-Za-z0-9_.]*)\\+0x[0-9a-f]+/0x[0-9a-f]+");
    /** A line of a trace; what the unwinder only guesses carries a question mark and does not count. */
    private static final Pattern FRAME =
            Pattern.compile("^ *(\\[<[0-9a-f]+>\\] *)?([A-Za-z_][A-Za-z0-9_.]*)\\+0x[0-9a-f]+/0x[0-9a-f]+( .*)?$");
    /** Another report begins, or this one is over. */
    private static final Pattern END = Pattern.compile(
            "\\[ cut here \\]|\\[ end trace|^={10,}|^BUG: Bad |^Kernel panic|^(Allocated|Freed) by task");

    /** Functions that report, and those through which everybody passes. */
    private static final Pattern SHARED = Pattern.compile("("
            + String.join(
                    "|",
                    // who writes the report
                    "dump_stack.*",
                    "show_stack.*",
                    "show_regs.*",
                    "__show_regs",
                    "sched_show_task",
                    "__warn.*",
                    "warn_slowpath.*",
                    "report_bug",
                    "handle_bug",
                    "panic",
                    "vpanic",
                    "die",
                    "__die.*",
                    "die_addr",
                    "oops_.*",
                    "do_trap",
                    "do_error_trap",
                    "exc_.*",
                    "asm_exc_.*",
                    "page_fault_oops",
                    "no_context",
                    "bad_area.*",
                    "__bad_area.*",
                    "print_report",
                    "print_address_description.*",
                    "kasan_.*",
                    "__kasan_.*",
                    "__asan_.*",
                    "check_memory_region",
                    "check_region_inline",
                    "ubsan_.*",
                    "__ubsan_.*",
                    "handle_overflow",
                    // who notices
                    "bad_page.*",
                    "dump_page",
                    "__dump_page",
                    "free_page_is_bad.*",
                    "free_tail_page.*",
                    "check_new_page.*",
                    "refcount_warn_saturate",
                    "__list_(add|del)_.*",
                    "page_table_check_.*",
                    "__page_table_check_.*",
                    "lock_acquire.*",
                    "__lock_acquire",
                    "lockdep_.*",
                    "__might_(sleep|resched|fault)",
                    "_raw_(spin|read|write)_.*",
                    "watchdog.*",
                    "__hrtimer_.*",
                    "hrtimer_.*",
                    "sysvec_.*",
                    "asm_sysvec_.*",
                    "__sysvec_.*",
                    "nmi_.*",
                    // what everybody calls
                    "mem(cpy|set|move|cmp)(_.*)?",
                    "__mem(cpy|set|move)",
                    "folio_put.*",
                    "__folio_put.*",
                    "put_page.*",
                    "__put_page.*",
                    "folio_get",
                    "get_page",
                    "try_get_(page|folio)",
                    "folios_put.*",
                    "release_pages",
                    "__page_cache_release",
                    "free_unref_.*",
                    "__free_pages.*",
                    "free_pages.*",
                    "free_pcp.*",
                    "__free_frozen.*",
                    "free_frozen.*",
                    "free_the_page",
                    "free_page_and_swap_cache",
                    "__tlb_.*",
                    "tlb_.*",
                    "lru_add_.*",
                    "__pagevec_release",
                    "get_page_from_freelist",
                    "__alloc_pages.*",
                    "__alloc_frozen.*",
                    "alloc_pages.*",
                    "__folio_alloc.*",
                    "folio_alloc.*",
                    "vma_alloc_.*",
                    "prep_new_page",
                    "rmqueue.*",
                    "kfree",
                    "kmem_cache_.*",
                    "__kmalloc.*",
                    "__schedule",
                    "schedule.*",
                    "io_schedule.*")
            + ")(\\.[A-Za-z0-9_.]+)?");

    private BlamedFunction() {}

    /** Whether a function says nothing of who did wrong. */
    static boolean shared(String function) {
        return SHARED.matcher(function).matches();
    }

    /**
     * The function that a report is about, by what follows its first line.
     *
     * @param rest lines without time stamps
     */
    static Optional<String> in(List<String> rest) {
        boolean interrupt = false;
        for (String line : rest.subList(0, Math.min(rest.size(), MAX_LINES))) {
            if (END.matcher(line).find()) {
                break;
            }
            interrupt = line.contains("<IRQ>")
                    || line.contains("<NMI>")
                    || (interrupt && !line.contains("</IRQ>") && !line.contains("</NMI>"));
            Optional<String> function = function(line, interrupt);
            if (function.isPresent()) {
                return function;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> function(String line, boolean interrupt) {
        Matcher rip = RIP.matcher(line);
        if (rip.find()) {
            return Optional.of(rip.group(1)).filter(name -> !shared(name));
        }
        Matcher frame = FRAME.matcher(line);
        return !interrupt && frame.matches()
                ? Optional.of(frame.group(2)).filter(name -> !shared(name))
                : Optional.empty();
    }
}
