// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.fuzzer.guest.KernelHere;
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
                "--good",
                "debian-6.12",
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
        KernelHere.orSkip("mutants-6.12");
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
    void a_corpus_becomes_one_selftest_whose_cases_pass_on_a_good_kernel_and_fail_on_an_old_one(@TempDir Path out)
            throws IOException {
        KernelHere.orSkip("pin-6.12");
        CommandLineRun run = CommandLineRun.of(
                "corpus",
                "export",
                "--format",
                "kselftest",
                "--out",
                out.resolve("no-campaign").toString(),
                "--to",
                out.toString(),
                "--broken",
                "debian-5.10");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("mempinfd_open cannot be written as a C test: ");
        assertThat(Files.readString(out.resolve("pinned_sequences.good.txt")))
                .contains("# pins and movable memory")
                .contains("ok 1 ")
                .doesNotContain("not ok");
        assertThat(Files.readString(out.resolve("pinned_sequences.broken.txt")))
                .containsPattern("not ok \\d+ Before 5.13 a long-term pin leaves");
        assertThat(out.resolve("pinned_sequences")).doesNotExist();
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
