// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;

/** Exported tests fail on the broken kernel and pass on a good one, from the command line on. */
@Timeout(900)
final class ExportGuestTest {
    private static String seed(String name) {
        return Installation.detect().seeds().resolve(name).toString();
    }

    @Test
    void a_bug_of_an_old_kernel_becomes_a_c_program_that_needs_no_module(@TempDir Path out) throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "export",
                seed("known/cow-after-mprotect.json"),
                "--format",
                "c",
                "--kernel",
                "debian-5.10",
                "--out",
                out.toString());

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("proven with pins by io_uring's fixed buffers");
        assertThat(Files.readString(out.resolve("cow_after_mprotect.broken.txt")))
                .containsOnlyOnce("run 3 on 5.10.")
                .contains("exit 1");
        assertThat(Files.readString(out.resolve("cow_after_mprotect.good.txt")))
                .containsOnlyOnce("run 3 on 6.12.")
                .contains("PASS\nexit 0");
    }

    @Test
    void a_mutant_becomes_a_selftest_of_the_kernel(@TempDir Path out) throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "export",
                seed("mutants/longterm-fast-unchecked.json"),
                "--format",
                "kselftest",
                "--kernel",
                "mutants-6.12",
                "--mutant",
                "longterm-fast-unchecked",
                "--out",
                out.toString());

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(Files.readString(out.resolve("longterm_fast_unchecked.broken.txt")))
                .contains("TAP version 13")
                .contains("not ok 1 ");
        assertThat(Files.readString(out.resolve("longterm_fast_unchecked.good.txt")))
                .contains("TAP version 13")
                .doesNotContain("not ok");
        assertThat(out.resolve("longterm_fast_unchecked.Makefile-line"))
                .hasContent("TEST_GEN_FILES += longterm_fast_unchecked");
    }

    @Test
    void what_nothing_is_known_of_needs_an_invariant(@TempDir Path out) throws IOException {
        Path program = Files.writeString(
                out.resolve("empty.json"), "{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":[]}");

        CommandLineRun run = CommandLineRun.of("export", program.toString(), "--format", "c");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("name it with --invariant");
    }
}
