// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class KernelsCommandTest {
    @Test
    void allKernelsOfTheCatalogueAreListed() throws IOException {
        CommandLineRun run = CommandLineRun.of("kernels", "--json", "-");
        assertThat(run.status()).isZero();
        JsonNode root = JsonMapper.builder().build().readTree(run.out());
        assertThat(root.path("format").asText()).isEqualTo("pinfuzz-kernels");
        assertThat(root.path("kernels").findValuesAsText("name")).contains("debian-5.10", "debian-6.1", "debian-6.12");
        for (JsonNode kernel : root.path("kernels")) {
            assertThat(kernel.has("release")).isEqualTo(kernel.path("fetched").asBoolean());
        }
    }

    @Test
    void aNameThatTheCatalogueDoesNotHaveIsRefusedBeforeAnythingIsFetched() {
        CommandLineRun run = CommandLineRun.of("kernels", "fetch", "debian-6.1", "no-such-kernel");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("no-such-kernel")
                .contains("debian-6.1");
    }

    @Test
    void fetchWithoutANameIsAWrongCommandLine() {
        assertThat(CommandLineRun.of("kernels", "fetch").status()).isEqualTo(2);
    }
}
