// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

final class ExportCommandTest {
    private static final Program PROGRAM = new Program(List.of(
            Step.of(0, Operations.MMAP, 0, 1, 0, 0),
            Step.of(0, Operations.URING_PIN, 0, 0, 1, 0),
            Step.of(0, Operations.MUNMAP, 0, 0, 1)));
    private static final String ID = "LT-ZONE-3f9a1c2b";

    @TempDir
    private Path directory;

    @BeforeEach
    void storeAFinding() {
        FindingRecord record =
                new FindingRecord(ID, "LT-ZONE", "VIOLATION", 3, 4, 5, 1, "6.1.0", "movable", List.of(), 42, 9);
        new FindingStore(directory.resolve("findings"))
                .add(record, Map.of("program.json", Operations.JSON.writePretty(PROGRAM)));
    }

    private CommandLineRun export(String format, String... more) {
        String[] all = new String[6 + more.length];
        System.arraycopy(
                new String[] {
                    "export", ID, "--findings", directory.resolve("findings").toString(), "--format", format
                },
                0,
                all,
                0,
                6);
        System.arraycopy(more, 0, all, 6, more.length);
        return CommandLineRun.of(all);
    }

    @Test
    void jsonIsTheProgramItself() {
        CommandLineRun run = export("json");
        assertThat(run.status()).isZero();
        assertThat(Operations.JSON.read(run.out(), "the output")).isEqualTo(PROGRAM);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void whatIsWrittenForSyzkallerIsImportedAgain() throws IOException {
        CommandLineRun export = export("syz", "--out", directory.resolve("out").toString());
        Path syz = directory.resolve("out").resolve(ID + ".syz");
        assertThat(export.out()).isEqualTo(syz + System.lineSeparator());
        assertThat(export.status()).isZero();
        Path back = directory.resolve("back.json");
        CommandLineRun read = CommandLineRun.of("import", "syz", syz.toString(), "--out", back.toString());
        assertThat(read).isEqualTo(new CommandLineRun(0, "", ""));
        assertThat(Operations.JSON.read(Files.readString(back), "the file")).isEqualTo(PROGRAM);
    }

    @Test
    void aProgramOfSyzkallerWithoutAnyKnownCallIsAnError() throws IOException {
        Path file = Files.writeString(directory.resolve("repro.syz"), "getpid()\n");
        CommandLineRun run = CommandLineRun.of("import", "syz", file.toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .containsExactly(
                        "line 1 (getpid): left out: pinfuzz has no operation for it",
                        "pinfuzz: importing " + file + " failed: pinfuzz has operations for none of its calls");
    }

    @Test
    void whatIsNotThereIsNamed() {
        CommandLineRun run = CommandLineRun.of("export", "LT-ZONE-00000000", "--format", "json");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("exporting LT-ZONE-00000000 failed: there is no such file, and no finding in ");
    }
}
