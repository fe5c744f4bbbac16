// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class MutantOptionGuestTest {
    private static CommandLineRun fuzz(Path out, String mutant) {
        return CommandLineRun.of(
                "fuzz",
                "--kernel",
                "debian-6.1",
                "--profile",
                "movable",
                "--programs",
                "1",
                "--guests",
                "1",
                "--out",
                out.toString(),
                "--mutant",
                mutant);
    }

    @Test
    void a_kernel_without_switches_is_refused(@TempDir Path out) {
        CommandLineRun run = fuzz(out, "fork-shares-pinned");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err())
                .contains("the profile declares a mutant, but the kernel has none")
                .contains("mutants-6.12");
    }

    @Test
    void what_is_no_name_is_refused_before_anything_boots(@TempDir Path out) {
        CommandLineRun run = fuzz(out, "fork shares");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("--mutant: the mutant \"fork shares\"");
    }
}
