// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
final class LadderGuestTest {
    private static CommandLineRun ladder(Path out, Path json, String... more) {
        String[] arguments = new String[10 + more.length];
        String[] always = {
            "bench",
            "ladder",
            "--only",
            "debian-5.10-read-pin-of-zero",
            "--time",
            "60s",
            "--out",
            out.toString(),
            "--json",
            json.toString()
        };
        System.arraycopy(always, 0, arguments, 0, always.length);
        System.arraycopy(more, 0, arguments, always.length, more.length);
        return CommandLineRun.of(arguments);
    }

    @Test
    void a_known_bug_of_5_10_is_found_among_its_others_and_not_looked_for_twice(@TempDir Path out) throws IOException {
        Path json = out.resolve("ladder.json");
        CommandLineRun run = ladder(out, json, "--seeds", "1", "--guests", "1");
        assertThat(run.status()).describedAs(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("seed 1: found by program")
                .contains("PIN-COHERENT-R-")
                .contains("3/3");
        assertThat(out.resolve("debian-5.10-read-pin-of-zero/seed-1/findings")).isNotEmptyDirectory();
        String written = Files.readString(json);

        CommandLineRun again = ladder(out, json, "--seeds", "1", "--guests", "1", "--resume");
        assertThat(again.status()).isZero();
        assertThat(again.out()).doesNotContain("seed 1: found").contains("3/3");
        assertThat(json).hasContent(written);
    }
}
