// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.generators.operation.Operations;

final class SeedDirectoryTest {
    private static final String PROGRAM =
            "{\"format\":\"pinfuzz-program\",\"version\":1,\"steps\":[{\"lane\":0,\"task\":\"t0\",\"operation\":\"exit\"}]}";

    @TempDir
    Path directory;

    private void write(String name, String rest) throws IOException {
        Files.writeString(
                directory.resolve(name),
                "{\"format\":\"pinfuzz-seed\",\"version\":1," + rest + ",\"program\":" + PROGRAM + "}");
    }

    private List<Seed> read() {
        return new SeedDirectory(directory, Operations.JSON).readAll();
    }

    @Test
    void seeds_come_in_the_order_of_their_names() throws IOException {
        write("02-b.json", "\"sentence\":\"b\",\"expect\":{\"rfc\":[]}");
        write("01-a.json", "\"sentence\":\"a\",\"expect\":{\"rfc\":[\"PIN-BALANCE\"],\"strict\":[]}");

        List<Seed> seeds = read();

        assertThat(seeds).extracting(Seed::name).containsExactly("01-a", "02-b");
        assertThat(seeds.get(0).breaksOn("rfc")).contains(List.of("PIN-BALANCE"));
        assertThat(seeds.get(0).breaksOn("strict")).contains(List.of());
        assertThat(seeds.get(0).breaksOn("another")).isEmpty();
        assertThat(seeds.get(0).program().size()).isEqualTo(1);
    }

    @Test
    void a_seed_may_name_its_guest_and_say_that_it_is_a_race() throws IOException {
        write("01.json", "\"sentence\":\"a\",\"expect\":{\"rfc\":[]}");
        write("02.json", "\"sentence\":\"a\",\"expect\":{\"rfc\":[]},\"profile\":\"cma\",\"race\":true");

        assertThat(read()).extracting(Seed::profile).containsExactly(Seed.DEFAULT_PROFILE, "cma");
        assertThat(read()).extracting(Seed::race).containsExactly(false, true);
    }

    @Test
    void every_damaged_file_is_named_with_what_is_wrong() throws IOException {
        write("01.json", "\"sentence\":\"\",\"expect\":{\"rfc\":[]}");
        write("02.json", "\"sentence\":\"a\",\"expect\":{\"rfc\":[\"NO-SUCH\"]}");
        write("03.json", "\"sentence\":\"a\",\"expect\":{}");
        write("04.json", "\"sentence\":\"a\",\"expect\":{\"rfc\":[]},\"more\":1");
        Files.writeString(directory.resolve("05.json"), "{");

        assertThatThrownBy(this::read)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("01.json failed: \"sentence\" does not say")
                .hasMessageContaining("02.json failed: \"expect\".rfc: there is no invariant \"NO-SUCH\"")
                .hasMessageContaining("03.json failed: \"expect\" names nothing")
                .hasMessageContaining("04.json failed: there is no field \"more\"")
                .hasMessageContaining("05.json failed: it is not JSON");
    }

    @Test
    void a_directory_that_is_not_there_is_an_error() {
        assertThatThrownBy(() -> new SeedDirectory(directory.resolve("none"), Operations.JSON).readAll())
                .hasMessageContaining("listing the seeds of");
    }
}
