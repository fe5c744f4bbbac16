// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.Installation;

/** Seeds on stock 5.10, where two of its known bugs show and nothing is new until a seed says that nothing breaks. */
@Timeout(300)
final class RegressGuestTest {
    private static final String BROKEN = "longterm-movable.json";

    @TempDir
    private Path directory;

    @BeforeEach
    void sow() throws IOException {
        Path known = Installation.detect().seeds().resolve("known");
        Files.createDirectories(directory.resolve("seeds").resolve("known"));
        for (String seed : List.of(BROKEN, "cow-after-mprotect.json")) {
            Files.copy(
                    known.resolve(seed),
                    directory.resolve("seeds").resolve("known").resolve(seed));
        }
    }

    private CommandLineRun regress(String... more) {
        String[] all = {
            "regress",
            "--kernel",
            "debian-5.10",
            "--guests",
            "1",
            "--runs",
            "2",
            "--seeds",
            directory.resolve("seeds").toString(),
            "--findings",
            directory.resolve("findings").toString()
        };
        return CommandLineRun.of(java.util.stream.Stream.of(all, more)
                .flatMap(java.util.Arrays::stream)
                .toArray(String[]::new));
    }

    @Test
    void whatIsKnownIsNoNewFailureAndWhatIsNotKnownIsOne() throws IOException {
        Path json = directory.resolve("first.json");
        CommandLineRun first = regress("--json", json.toString());
        assertThat(first.status()).as(first.out() + first.err()).isZero();
        JsonNode report = JsonMapper.builder().build().readTree(Files.readString(json));
        assertThat(report.path("format").asText()).isEqualTo("pinfuzz-regress");
        assertThat(report.path("counts").path("known").asInt()).isEqualTo(2);

        String innocent = Files.readString(json).replaceAll("\"hits\" : \\d+", "\"hits\" : 0");
        Path baseline = Files.writeString(directory.resolve("baseline.json"), innocent);
        Path junit = directory.resolve("junit.xml");
        Path tap = directory.resolve("results.tap");
        CommandLineRun second =
                regress("--baseline", baseline.toString(), "--junit", junit.toString(), "--tap", tap.toString());
        assertThat(second.status()).as(second.out() + second.err()).isEqualTo(3);
        assertThat(second.out()).contains("2 programs on 5.10.").contains("2 new");
        assertThat(junit).content().contains("failures=\"2\"").contains("name=\"longterm-movable\"");
        assertThat(tap).content().startsWith("TAP version 14\n1..2\nnot ok 1 - seeds/known/");
    }
}
