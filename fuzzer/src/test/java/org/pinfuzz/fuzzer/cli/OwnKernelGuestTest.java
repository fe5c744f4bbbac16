// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.Programs;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.Kernel;

/** A kernel that is only files: the image, headers and modules of a stock one, without its catalogue entry. */
@Timeout(300)
final class OwnKernelGuestTest {
    @TempDir
    private Path directory;

    private Path program() throws IOException {
        return Files.writeString(
                directory.resolve("program.json"),
                Operations.JSON.write(Programs.of(
                        "t0: mmap region=r0 pages=1 sharing=private protection=read-write",
                        "t0: pin region=r0 first=0 pages=1 pin=k0 access=write term=long path=slow",
                        "t0: write region=r0 first=0 pages=1")));
    }

    @Test
    void a_program_is_judged_in_a_kernel_that_is_given_as_files() throws IOException {
        Kernel stock = GuestSession.store(Installation.detect(), ProgressListener.SILENT)
                .fetch("debian-6.12");
        CommandLineRun run = CommandLineRun.of(
                "replay",
                program().toString(),
                "--kernel-image",
                stock.image().toString(),
                "--kernel-headers",
                stock.headersDir().toString(),
                "--kernel-modules",
                stock.modulesDir().toString(),
                "--guests",
                "1",
                "--json",
                "-");
        assertThat(run.status()).as(run.err()).isZero();
        JsonNode report = JsonMapper.builder().build().readTree(run.out());
        assertThat(report.path("kernel").asText()).isEqualTo(stock.release());
        assertThat(report.path("verdicts"))
                .extracting(verdict -> verdict.path("verdict").asText())
                .containsExactly("PASS");
        // What the user's kernel lacks is told; stock kernels have no DEBUG_VM.
        assertThat(run.err())
                .contains(stock.release() + " is configured without ")
                .contains("DEBUG_VM");
    }

    @Test
    void a_machine_with_nothing_in_it_is_enough_for_a_program_that_pins() throws IOException {
        CommandLineRun run = CommandLineRun.of(
                "replay", program().toString(), "--kernel", "debian-6.12", "--profile", "plain", "--guests", "1");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("0 of 1 runs broke an invariant");
    }
}
