// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorGuestTest {
    @Test
    void textExitCodeAndJsonSayTheSame(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("doctor.json");
        CommandLineRun run = CommandLineRun.of("doctor", "--json", file.toString());
        JsonNode root = JsonMapper.builder().build().readTree(Files.readString(file));
        assertThat(root.path("ready").asBoolean()).isEqualTo(run.status() == 0);
        assertThat(root.path("ready").asBoolean())
                .isEqualTo(!root.path("checks").findValuesAsText("status").contains("missing"));
        assertThat(root.path("checks").findValuesAsText("what"))
                .contains("JDK", "mvn", "gcc", "make", "qemu-system-x86_64", "setsid", "setpriv", "xz", "apt-get")
                .contains("cache", "kernel debian-6.1", "mirror", "guest");
        for (JsonNode check : root.path("checks")) {
            assertThat(run.out()).contains(check.path("what").asText());
            // What is missing has a remedy, or a message that names it.
            assertThat(check.path("state").asText()).isNotBlank();
        }
    }

    @Test
    void aCacheThatCannotBeUsedIsMissingAndNamesTheRemedy(@TempDir Path directory) throws IOException {
        Path inTheWay = Files.writeString(directory.resolve("file"), "");
        Check check = HostChecks.cache(inTheWay.resolve("cache"));
        assertThat(check.status()).isEqualTo(Check.Status.MISSING);
        assertThat(check.state()).contains(inTheWay.toString());
        assertThat(check.remedy()).contains("PINFUZZ_CACHE");
    }
}
