// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real failures of real files; a reason never has the name of a Java class. */
final class FileFailureTest {
    @TempDir
    private Path directory;

    /** Something that fails. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private static String reasonOf(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            return FileFailure.reason(e);
        }
        throw new AssertionError("it did not fail");
    }

    @Test
    void a_file_that_is_not_there() {
        assertThat(reasonOf(() -> Files.readString(directory.resolve("lost"))))
                .isEqualTo(directory.resolve("lost") + " is not there");
    }

    @Test
    void a_file_where_a_directory_should_be() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThat(reasonOf(() -> Files.createDirectories(file)))
                .isEqualTo(file + " is there already, as something else");
        assertThat(reasonOf(() -> Files.list(file).close())).isEqualTo(file + " is no directory");
        assertThat(reasonOf(() -> Files.writeString(file.resolve("below"), "")))
                .isEqualTo(file.resolve("below") + ": Not a directory");
    }

    @Test
    void a_directory_where_a_file_should_be() {
        assertThat(reasonOf(() -> Files.readString(directory))).isEqualTo("Is a directory");
    }

    @Test
    void a_file_that_is_no_text() throws IOException {
        Path file = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThat(reasonOf(() -> Files.readString(file))).isEqualTo("it is not text in UTF-8");
    }

    @Test
    void a_file_that_is_no_json_says_where_it_stops_being_one() {
        assertThat(reasonOf(() -> new JsonMapper().readTree("{\n  \"a\": 1")))
                .isEqualTo(
                        "it is not JSON: Unexpected end-of-input: expected close marker for Object (line 2, column 9)");
        assertThat(reasonOf(() -> new JsonMapper().readTree("hello")))
                .startsWith("it is not JSON: Unrecognized token 'hello': ")
                .doesNotContain("REDACTED");
    }

    @Test
    void a_failure_without_a_message_keeps_its_name() {
        assertThat(FileFailure.reason(new IOException())).isEqualTo("java.io.IOException");
    }
}
