// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinfuzz.triage.matrix.Cell;
import org.pinfuzz.triage.matrix.Matrix;

/** What the command refuses before it starts a guest, and what it prints. */
final class MatrixCommandTest {
    @TempDir
    Path directory;

    private String program = "";

    @BeforeEach
    void writeAProgram() throws IOException {
        Path file = directory.resolve("program.json");
        Files.writeString(file, "{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":[]}");
        program = file.toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--runs 0 | --runs is 0; give a number from 1 to 1000",
                "--guests 0 | --guests is 0",
                "--invariant NO-SUCH | --invariant is NO-SUCH, which is no invariant",
                "--profiles sea | --profiles names sea, which is no profile; there are movable,",
                "--kernels no-such-kernel | looking for the kernel no-such-kernel failed",
                "--kernel-tree . --good a --bad b --svg x.svg | --kernel-tree bisects, which has no table",
                "--kernel-tree . --good a --bad b --profiles all | a bisection runs in one; name one",
                "--kernel-tree . --good a --bad b | there is no .config in it",
            })
    void whatCannotBeDoneIsToldBeforeAGuestStarts(String options, String message) {
        CommandLineRun run = CommandLineRun.of(("matrix " + program + " " + options).split(" "));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains(message);
    }

    @Test
    void aTreeWithoutItsTwoRevisionsIsAWrongCommandLine() {
        CommandLineRun run = CommandLineRun.of("matrix", program, "--kernel-tree", ".", "--good", "v6.12");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--bad");
    }

    @Test
    void theTableSaysWhatIsMissingAndWhere() {
        Matrix matrix = new Matrix(
                "program",
                Optional.empty(),
                List.of(
                        new Matrix.Row(
                                "debian-6.1", "6.1.0", Map.of("cma", new Cell.Unavailable("configured without CMA"))),
                        new Matrix.Row(
                                "debian-5.10", "5.10.0", Map.of("cma", new Cell.Measured(2, 3, 1, List.of("VALUES"))))),
                List.of("kasan-7.2"));
        StringWriter text = new StringWriter();

        MatrixReport.print(matrix, new PrintWriter(text));

        assertThat(text.toString().lines())
                .containsExactly(
                        "kernel       release  cma",
                        "debian-5.10  5.10.0   2/3 (1?)",
                        "debian-6.1   6.1.0    -",
                        "- debian-6.1, cma: configured without CMA",
                        "not fetched: kasan-7.2; name them with --kernels to fetch or build them",
                        "it passes on none of these kernels");
        assertThat(MatrixReport.of(matrix).root().at("/kernels/0/cells/0/hits").asInt())
                .isEqualTo(2);
    }
}
