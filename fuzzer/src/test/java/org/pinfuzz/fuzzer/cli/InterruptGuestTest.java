// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;

/** A campaign of a process of its own that is interrupted from the terminal. */
@Timeout(300)
final class InterruptGuestTest {
    private static final int INTERRUPTED = 130;
    private static final int LIMIT_SECONDS = 90;

    @Test
    void an_interrupted_campaign_reports_what_it_found_until_then(@TempDir Path directory) throws Exception {
        Path report = directory.resolve("report.json");
        // A group of its own is what a terminal sends its interrupt to; whoever started us may have it ignored.
        Process process = new ProcessBuilder(
                        "setsid",
                        "env",
                        "--default-signal=INT",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-D" + Installation.HOME_PROPERTY + "=" + System.getProperty(Installation.HOME_PROPERTY),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "fuzz",
                        "--kernel=debian-6.1",
                        "--profile=movable",
                        "--canary=forgotten_pin",
                        "--time=1h",
                        "--seed=1",
                        "--guests=1",
                        "--out=" + directory.resolve("out"),
                        "--json=" + report)
                .redirectErrorStream(true)
                .start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader output = process.inputReader()) {
            String line = output.readLine();
            boolean interrupted = false;
            while (line != null) {
                lines.add(line);
                if (line.startsWith("VIOLATION PIN-BALANCE") && !interrupted) {
                    interrupted = true;
                    assertThat(new ProcessBuilder("kill", "-INT", "--", "-" + process.pid())
                                    .inheritIO()
                                    .start()
                                    .waitFor())
                            .isZero();
                }
                line = output.readLine();
            }
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(String.join("\n", lines)).isEqualTo(INTERRUPTED);
        JsonNode root = new JsonMapper().readTree(report.toFile());
        assertThat(root.path("findings").findValuesAsText("invariant")).contains("PIN-BALANCE");
        assertThat(root.path("findings").findValuesAsText("profile")).containsOnly("movable");
        assertThat(root.path("programs").asLong()).isPositive();
        assertThat(root.path("guests").path("killed").asLong())
                .as("guests that the interrupt ended")
                .isZero();
    }
}
