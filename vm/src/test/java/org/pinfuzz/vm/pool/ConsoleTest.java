// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConsoleTest {
    @TempDir
    Path directory;

    @Test
    void a_warning_has_a_title_without_numbers_that_change() {
        assertThat(Console.splats("[   12.345678] ------------[ cut here ]------------\r\n"
                        + "[   12.345679] WARNING: CPU: 0 PID: 123 at mm/gup.c:1193 __get_user_pages+0x5a/0x6b0\r\n"))
                .containsExactly("WARNING: at mm/gup.c:1193 __get_user_pages");
    }

    @Test
    void an_oops_names_the_function_where_it_happened() {
        assertThat(Console.splats("[    3.1] BUG: kernel NULL pointer dereference, address: 0000000000000008\n"
                        + "[    3.1] #PF: supervisor read access in kernel mode\n"
                        + "[    3.1] RIP: 0010:unpin_user_page+0x15/0x90\n"))
                .containsExactly("BUG: kernel NULL pointer dereference, address: ADDRESS in unpin_user_page");
    }

    @Test
    void bad_page_and_rss_reports_do_not_depend_on_the_page() {
        assertThat(Console.splats("[ 1.0] BUG: Bad page state in process init  pfn:3a1f2\n"
                        + "[ 1.0] BUG: Bad rss-counter state mm:00000000cafe1234 type:MM_ANONPAGES val:-3\n"
                        + "[ 1.0] BUG: Bad rss-counter state mm:00000000cafe9999 type:MM_ANONPAGES val:-3\n"))
                .hasSize(2);
    }

    @Test
    void stalls_and_hung_tasks_are_faults() {
        assertThat(Console.splats("[ 1.0] rcu: INFO: rcu_sched self-detected stall on CPU\n"
                        + "[ 2.0] INFO: task init:77 blocked for more than 120 seconds.\n"
                        + "[ 3.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:12]\n"))
                .hasSize(3);
    }

    @Test
    void what_healthy_kernels_write_is_no_fault() {
        assertThat(Console.splats("[ 1.0] sysrq: Changing Loglevel\n"
                        + "[ 1.0] init[12]: segfault at 0 ip 0000000000401000 sp 0 error 4\n"
                        + "[ 1.0] traps: init[12] general protection fault ip:401000 sp:0 error:0\n"
                        + "[ 1.0] Out of memory: Killed process 44 (init)\n"))
                .isEmpty();
    }

    @Test
    void each_look_sees_what_is_new() throws IOException {
        Path file = Files.writeString(directory.resolve("console"), "one\n");
        Console console = new Console(file);
        assertThat(console.more()).isEqualTo("one\n");
        assertThat(console.more()).isEmpty();
        Files.writeString(file, "two\n", StandardOpenOption.APPEND);
        assertThat(console.more()).isEqualTo("two\n");
    }

    @Test
    void a_fault_is_noticed_while_the_console_grows_and_still_there_at_the_next_look() throws IOException {
        Path file = Files.writeString(directory.resolve("console"), "[ 1.0] booted\n");
        Console console = new Console(file);
        assertThat(console.grows()).isTrue();
        assertThat(console.fault()).isFalse();
        Files.writeString(file, "[ 2.0] BUG: Bad page state in process init\n", StandardOpenOption.APPEND);
        assertThat(console.grows()).isTrue();
        assertThat(console.grows()).isFalse();
        assertThat(console.fault()).isTrue();
        assertThat(console.more()).contains("Bad page state");
        assertThat(console.grows()).isFalse();
        assertThat(console.fault()).isFalse();
    }

    @Test
    void control_characters_of_a_guest_do_not_come_through() {
        assertThat(Console.tail("a\u001b[31mred\u0007\n")).isEqualTo("a[31mred");
    }

    /** A warning as kernels up to 6.17 print it, without what stands between. */
    private static String warning(String place, String function, String cpu, String... frames) {
        StringBuilder text = new StringBuilder("[   12.000001] ------------[ cut here ]------------\n");
        text.append("[   12.000002] WARNING: CPU: ")
                .append(cpu)
                .append(" PID: 1")
                .append(cpu);
        text.append(" at ")
                .append(place)
                .append(' ')
                .append(function)
                .append("+0x5")
                .append(cpu)
                .append("/0x6b0\n");
        text.append("[   12.000003] Modules linked in: pinfuzz(O)\n");
        text.append("[   12.000004] RIP: 0010:")
                .append(function)
                .append("+0x5")
                .append(cpu)
                .append("/0x6b0\n");
        text.append("[   12.000005] RSP: 0018:ffffb0c28000bd").append(cpu).append("8 EFLAGS: 00010286\n");
        text.append("[   12.000006] Call Trace:\n[   12.000007]  <TASK>\n");
        for (String frame : frames) {
            text.append("[   12.000008]  ")
                    .append(frame)
                    .append("+0x1")
                    .append(cpu)
                    .append("/0x90\n");
        }
        return text.append("[   12.000009]  </TASK>\n[   12.000010] ---[ end trace 0000000000000000 ]---\n")
                .toString();
    }

    @Test
    void one_warning_with_other_addresses_has_the_same_title() {
        assertThat(Console.splats(warning("mm/gup.c:1193", "__get_user_pages", "1", "__gup_longterm_locked")))
                .isEqualTo(Console.splats(warning("mm/gup.c:1193", "__get_user_pages", "2", "__gup_longterm_locked")))
                .containsExactly("WARNING: at mm/gup.c:1193 __get_user_pages");
    }

    @Test
    void warnings_in_a_function_that_all_call_are_told_apart_by_their_callers() {
        String[] release = {"? __warn", "? refcount_warn_saturate", "pin_release", "__fput", "do_syscall_64"};
        String[] write = {"? __warn", "? refcount_warn_saturate", "pin_access", "pin_device", "do_syscall_64"};
        assertThat(Console.splats(warning("lib/refcount.c:28", "refcount_warn_saturate", "1", release)))
                .containsExactly("WARNING: at lib/refcount.c:28 refcount_warn_saturate in pin_release");
        assertThat(Console.splats(warning("lib/refcount.c:28", "refcount_warn_saturate", "1", write)))
                .containsExactly("WARNING: at lib/refcount.c:28 refcount_warn_saturate in pin_access");
    }

    @Test
    void new_kernels_name_place_and_function_the_other_way_round() {
        assertThat(Console.splats("[    9.1] ------------[ cut here ]------------\n"
                        + "[    9.1] WARNING: mm/gup.c:1193 at __get_user_pages+0x5a/0x6b0, CPU#1: init/123\n"))
                .containsExactly("WARNING: at mm/gup.c:1193 __get_user_pages");
    }

    @Test
    void a_bug_names_the_function_behind_the_helpers() {
        assertThat(Console.splats("[    5.1] ------------[ cut here ]------------\n"
                                + "[    5.1] kernel BUG at mm/rmap.c:1263!\n"
                                + "[    5.1] invalid opcode: 0000 [#1] PREEMPT SMP NOPTI\n"
                                + "[    5.1] CPU: 0 PID: 84 Comm: init Tainted: G O 6.1.0 #1\n"
                                + "[    5.1] RIP: 0010:page_add_anon_rmap+0x2a7/0x2b0\n"
                                + "[    5.1] Call Trace:\n[    5.1]  <TASK>\n[    5.1]  do_swap_page+0x1/0x2\n")
                        .get(0))
                .isEqualTo("kernel BUG at mm/rmap.c:1263! in page_add_anon_rmap");
    }

    @Test
    void a_bad_page_is_told_by_who_gave_it_back() {
        assertThat(
                        Console.splats(
                                "[    2.1] BUG: Bad page state in process init  pfn:3a1f2\n"
                                        + "[    2.1] page:00000000cafe1234 refcount:-1 mapcount:0 mapping:0000000000000000 pfn:0x3a1f2\n"
                                        + "[    2.1] page dumped because: nonzero _refcount\n"
                                        + "[    2.1] Call Trace:\n[    2.1]  <TASK>\n"
                                        + "[    2.1]  dump_stack_lvl+0x44/0x5c\n[    2.1]  bad_page.cold+0x63/0x8f\n"
                                        + "[    2.1]  free_pcp_prepare+0x1a/0x2b\n[    2.1]  free_unref_page+0x1b/0x160\n"
                                        + "[    2.1]  unpin_user_pages_dirty_lock+0xc1/0x100\n[    2.1]  pin_end+0x3a/0x60 [pinfuzz]\n"))
                .containsExactly("BUG: Bad page state in process init pfn:N in unpin_user_pages_dirty_lock");
    }

    @Test
    void what_follows_in_another_report_is_not_the_place_of_this_one() {
        assertThat(Console.splats("[ 1.0] BUG: Bad rss-counter state mm:00000000cafe1234 type:MM_ANONPAGES val:-3\n"
                                + warning("mm/gup.c:1193", "try_grab_page", "1", "follow_page_pte"))
                        .get(0))
                .startsWith("BUG: Bad rss-counter state")
                .doesNotContain("try_grab_page");
    }

    /** In the format that the kernel's documentation of KASAN describes. */
    private static String kasan(String where, String pointer) {
        return "[    7.1] ==================================================================\n"
                + "[    7.1] BUG: KASAN: slab-use-after-free in " + where + "+0xa8/0xbc\n"
                + "[    7.1] Write of size 8 at addr " + pointer + " by task init/2760\n"
                + "[    7.1] \n"
                + "[    7.1] CPU: 1 PID: 2760 Comm: init Not tainted 6.12.0+ #698\n"
                + "[    7.1] Hardware name: QEMU Standard PC\n"
                + "[    7.1] Call Trace:\n[    7.1]  <TASK>\n"
                + "[    7.1]  dump_stack_lvl+0x94/0xd8\n"
                + "[    7.1]  print_report+0x17b/0x4b0\n"
                + "[    7.1]  ? __pfx__raw_spin_lock_irqsave+0x10/0x10\n"
                + "[    7.1]  kasan_report+0xad/0xe0\n"
                + "[    7.1]  kasan_check_range+0x3a/0x1b0\n"
                + "[    7.1]  __asan_memcpy+0x3c/0x60\n"
                + "[    7.1]  pin_release+0xa8/0xbc [pinfuzz]\n"
                + "[    7.1]  __fput+0x1a/0x2b\n[    7.1]  </TASK>\n"
                + "[    7.1] \n"
                + "[    7.1] Allocated by task 2760:\n[    7.1]  kasan_save_stack+0x33/0x60\n"
                + "[    7.1]  dev_pin+0x44/0x90 [pinfuzz]\n"
                + "[    7.1] The buggy address belongs to the object at " + pointer + "\n"
                + "[    7.1]  which belongs to the cache kmalloc-128 of size 128\n"
                + "[    7.1] ==================================================================\n"
                + "[    7.1] Disabling lock debugging due to kernel taint\n";
    }

    @Test
    void a_report_of_kasan_names_what_was_done_wrong_and_where() {
        assertThat(Console.splats(kasan("pin_release", "ffff8881f44ec37b")))
                .isEqualTo(Console.splats(kasan("pin_release", "ffff888104bd1a80")))
                .containsExactly("BUG: KASAN: slab-use-after-free in pin_release");
    }

    @Test
    void a_report_of_kasan_in_memcpy_names_its_caller() {
        assertThat(Console.splats(kasan("memcpy", "ffff8881f44ec37b")))
                .containsExactly("BUG: KASAN: slab-use-after-free in pin_release");
    }

    @Test
    void a_soft_lockup_names_where_the_processor_is_stuck_and_not_the_timer_that_noticed() {
        assertThat(Console.splats("[   40.1] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:12]\n"
                        + "[   40.1] RIP: 0010:pin_device+0x15/0x90 [pinfuzz]\n"))
                .singleElement()
                .asString()
                .endsWith(" in pin_device");
    }

    @Test
    void a_hung_task_is_told_by_what_it_waits_in() {
        assertThat(Console.splats("[  242.1] INFO: task init:77 blocked for more than 120 seconds.\n"
                        + "[  242.1] task:init            state:D stack:0     pid:77    ppid:1      flags:0x00004002\n"
                        + "[  242.1] Call Trace:\n[  242.1]  <TASK>\n[  242.1]  __schedule+0x2e/0x8a0\n"
                        + "[  242.1]  schedule+0x5e/0xd0\n[  242.1]  migration_entry_wait_on_locked+0x1ab/0x290\n"))
                .singleElement()
                .asString()
                .endsWith(" in migration_entry_wait_on_locked");
    }

    @Test
    void an_interrupt_that_came_in_between_is_not_blamed() {
        assertThat(Console.splats("[    3.1] BUG: Bad page map in process init  pte:8000000012345067 pmd:11f3e067\n"
                        + "[    3.1] Call Trace:\n[    3.1]  <IRQ>\n[    3.1]  tick_sched_timer+0x1/0x2\n"
                        + "[    3.1]  </IRQ>\n[    3.1]  <TASK>\n[    3.1]  dump_stack_lvl+0x44/0x5c\n"
                        + "[    3.1]  print_bad_pte+0x1ab/0x290\n"))
                .singleElement()
                .asString()
                .endsWith(" in print_bad_pte");
    }
}
