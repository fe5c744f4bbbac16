// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with the command line is told before any guest starts. */
final class MinimizeCommandTest {
    @TempDir
    Path directory;

    private CommandLineRun minimize(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "minimize";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--findings";
        all[arguments.length + 2] = directory.toString();
        return CommandLineRun.of(all);
    }

    private void assertRefused(CommandLineRun run, String... words) {
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains(words).doesNotContain("\tat ");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void anInvariantThatDoesNotExistIsNamed() {
        assertRefused(minimize("x.json", "--invariant", "LT-ZOEN"), "--invariant is LT-ZOEN", "docs/invariants.md");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path out = directory.resolve("minimized.json");

        assertRefused(
                minimize("nothing.json", "--out", out.toString()),
                "minimizing nothing.json failed: there is no such file");
        assertThat(out).doesNotExist();
    }

    @Test
    void aDirectoryIsNoPlaceForTheResult() {
        assertRefused(minimize("x.json", "--out", directory.toString()), "--out is " + directory);
    }

    @Test
    void aFileThatIsNoProgramIsRefusedWithItsName() throws IOException {
        Path file = Files.writeString(directory.resolve("no-program.json"), "{\"format\":\"something\"}");

        assertRefused(
                minimize(
                        file.toString(),
                        "--out",
                        directory.resolve("minimized.json").toString()),
                file.toString());
    }

    @Test
    void limitsMustBeNumbersThatMakeSense() {
        assertRefused(minimize("x.json", "--calls", "0"), "--calls is 0");
    }
}
