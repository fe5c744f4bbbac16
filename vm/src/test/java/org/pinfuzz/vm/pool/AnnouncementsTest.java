// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.pool.Announcements.Announced;

final class AnnouncementsTest {
    @TempDir
    Path directory;

    private Announcements written(String hex) throws IOException {
        Path file = directory.resolve("announced");
        Files.write(file, HexFormat.of().parseHex(hex.replace(" ", "")));
        return new Announcements(file);
    }

    @Test
    void the_last_whole_number_names_the_program() throws IOException {
        assertThat(written("ffffffff 00000000 ffffffff 00000000 03000000 0400").last())
                .contains(new Announced(2, 3));
    }

    @Test
    void a_batch_that_has_begun_no_program_names_none() throws IOException {
        assertThat(written("ffffffff 00000000 ffffffff").last()).isEmpty();
        assertThat(written("").last()).isEmpty();
        assertThat(new Announcements(directory.resolve("missing")).last()).isEmpty();
    }

    @Test
    void what_makes_no_sense_names_none() throws IOException {
        assertThat(written("05000000").last()).isEmpty();
        assertThat(written("ffffffff feffffff").last()).isEmpty();
    }
}
