// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.Programs;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;

/** The same commands in a container. The image may have to be made first, hence the time. */
@Timeout(900)
final class ContainerGuestTest {
    private static final int FOUND = 3;

    @TempDir
    private Path directory;

    /** A run in a container; skipped with the reason where no engine starts one. */
    private static CommandLineRun inContainer(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--in-container");
        CommandLineRun run = CommandLineRun.of(all.toArray(String[]::new));
        if (run.status() == 1
                && (run.err().startsWith("pinfuzz: looking for a container engine failed")
                        || run.err().contains("failed: Status "))) {
            abort(run.err().strip());
        }
        return run;
    }

    private static JsonNode json(String text) throws IOException {
        return JsonMapper.builder().build().readTree(text);
    }

    private Path program() throws IOException {
        return Files.writeString(
                directory.resolve("program.json"),
                Operations.JSON.write(Programs.of(
                        "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                        "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=long path=slow",
                        "t0: write region=r0 first=0 pages=1")));
    }

    @Test
    void a_campaign_finds_what_is_known_to_be_wrong_and_its_finding_replays_in_a_container() throws IOException {
        String out = directory.resolve("out").toString();
        CommandLineRun run = inContainer(
                "fuzz",
                "--kernel=debian-5.10",
                "--profile=movable",
                "--operations=mmap,write,read,pin,unpin",
                "--programs=512",
                "--seed=1",
                "--guests=1",
                "--out=" + out,
                "--json=-");

        assertThat(run.status()).as(run.err()).isEqualTo(FOUND);
        JsonNode report = json(run.out());
        assertThat(report.path("guests").path("tools").asText()).isEqualTo("container");
        assertThat(report.path("guests").path("killed").asLong()).isZero();
        JsonNode longterm = report.path("findings").path(0);
        assertThat(report.path("findings").findValuesAsText("invariant")).contains("LT-ZONE");

        CommandLineRun replay =
                CommandLineRun.of("replay", longterm.path("id").asText(), "--out=" + out, "--guests=1", "--json=-");

        assertThat(replay.status()).as(replay.err()).isEqualTo(FOUND);
        assertThat(json(replay.out()).path("hits").asInt()).isEqualTo(1);
        assertThat(Files.readString(directory
                        .resolve("out/findings")
                        .resolve(longterm.path("id").asText())
                        .resolve("report.md")))
                .contains("--in-container");
    }

    @Test
    void stock_7_2_joins_in_a_container() throws IOException {
        CommandLineRun run =
                inContainer("replay", program().toString(), "--kernel=debian-7.2", "--guests=1", "--json=-");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(json(run.out()).path("kernel").asText()).startsWith("7.2.");
        assertThat(json(run.out()).path("verdicts").findValuesAsText("verdict")).containsExactly("PASS");
    }

    @Test
    void stock_7_2_names_the_container_where_its_compiler_is_not_here() throws IOException {
        assumeFalse(new HostTools().available("gcc-16"), "this machine has the compiler of stock 7.2");
        assumeFalse(
                GuestSession.store(Installation.detect(), ProgressListener.SILENT)
                        .find("debian-7.2")
                        .isEmpty(),
                "the kernel is not on this machine; ./pinfuzz kernels fetch debian-7.2");

        CommandLineRun run = CommandLineRun.of("replay", program().toString(), "--kernel=debian-7.2", "--guests=1");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("gcc-16")
                .contains("gcc here is ")
                .contains("use --in-container");
    }
}
