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
}
