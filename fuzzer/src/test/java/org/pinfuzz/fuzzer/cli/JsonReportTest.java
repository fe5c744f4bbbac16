// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JsonReportTest {
    private final StringWriter printed = new StringWriter();
    private final JsonReport report = JsonReport.of("pinfuzz-example", 2);

    @Test
    void aDocumentOpensWithItsFormatAndVersion() {
        report.root().put("answer", 42);
        report.write("-", new PrintWriter(printed));
        assertThat(printed.toString().replaceAll("\\s", ""))
                .isEqualTo("{\"format\":\"pinfuzz-example\",\"version\":2,\"answer\":42}");
    }

    @Test
    void aFileIsReplacedAndNothingElseIsLeftInItsDirectory(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("report.json"), "old");
        report.write(file.toString(), new PrintWriter(printed));
        assertThat(file).content().contains("pinfuzz-example");
        assertThat(directory).isDirectoryContaining("glob:**/report.json");
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
        assertThat(printed.toString()).isEmpty();
    }

    @Test
    void missingDirectoriesAreMade(@TempDir Path directory) {
        Path file = directory.resolve("a").resolve("b").resolve("report.json");
        report.write(file.toString(), new PrintWriter(printed));
        assertThat(file).exists();
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed(@TempDir Path directory) throws IOException {
        Path inTheWay = Files.writeString(directory.resolve("file"), "");
        String target = inTheWay.resolve("report.json").toString();
        assertThatThrownBy(() -> report.write(target, new PrintWriter(printed)))
                .isInstanceOf(CommandError.class)
                .hasMessageContaining(target);
    }

    @Test
    void whetherAFileCanBeWrittenIsSaidBeforeAndLeavesNothing(@TempDir Path directory) throws IOException {
        JsonReport.requireWritable("-");
        JsonReport.requireWritable(directory.resolve("report.json").toString());
        assertThat(directory).isEmptyDirectory();
        Path inTheWay = Files.writeString(directory.resolve("file"), "");
        for (Path target : List.of(directory, inTheWay.resolve("report.json"))) {
            assertThatThrownBy(() -> JsonReport.requireWritable(target.toString()))
                    .isInstanceOf(CommandError.class)
                    .hasMessageContaining("writing the JSON report " + target + " failed: ");
        }
    }

    @Test
    void aFormatThatIsNotOursIsAnErrorOfTheProgram() {
        assertThatThrownBy(() -> JsonReport.of("example", 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JsonReport.of("pinfuzz-example", 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
