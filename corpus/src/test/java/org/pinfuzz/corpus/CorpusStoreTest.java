// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

class CorpusStoreTest {
    private static final Program PROGRAM =
            new Program(List.of(Step.of(0, Operations.MMAP, 0, 1, 0, 0), Step.of(0, Operations.FORK, 1)));
    private static final CorpusEntry ENTRY =
            new CorpusEntry(PROGRAM, 42, 7, "swap", List.of("0".repeat(64)), Set.of(-1L, 0L, 255L));

    @TempDir
    Path directory;

    private CorpusStore store() {
        return new CorpusStore(directory.resolve("corpus"), Operations.JSON);
    }

    @Test
    void whatWasOfferedIsLoadedBackFromItsDigest() {
        assertThat(store().offer(ENTRY)).isTrue();

        String digest = Operations.JSON.digest(PROGRAM);
        assertThat(store().list()).containsExactly(digest);
        assertThat(store().load(digest)).isEqualTo(ENTRY);
        assertThat(store().loadAll()).isEqualTo(new CorpusStore.Contents(List.of(ENTRY), List.of()));
    }

    @Test
    void aProgramIsKeptOnceWithItsFirstRecord() {
        store().offer(ENTRY);

        assertThat(store().offer(new CorpusEntry(PROGRAM, 43, 8, "swap", List.of(), Set.of())))
                .isFalse();
        assertThat(store().loadAll().entries()).containsExactly(ENTRY);
    }

    @Test
    void whatAKilledProcessLeftIsIgnoredAndSwept() throws IOException {
        CorpusStore open = store();
        open.offer(ENTRY);
        Path leftover = Files.writeString(directory.resolve("corpus/.new-half.json"), "{\"format\":");

        assertThat(open.list()).hasSize(1);
        store();
        assertThat(leftover).doesNotExist();
    }

    @Test
    void aDamagedFileIsNamedAndHidesNoOther() throws IOException {
        store().offer(ENTRY);
        String wrong = "f".repeat(64);
        Files.writeString(directory.resolve("corpus/" + wrong + ".json"), "{");
        Files.copy(
                directory.resolve("corpus/" + Operations.JSON.digest(PROGRAM) + ".json"),
                directory.resolve("corpus/" + "e".repeat(64) + ".json"));

        CorpusStore.Contents contents = store().loadAll();

        assertThat(contents.entries()).containsExactly(ENTRY);
        assertThat(contents.problems()).hasSize(2);
        assertThat(contents.problems().get(0)).contains("e".repeat(64), "delete the file or give it that name");
        assertThat(contents.problems().get(1)).contains(wrong, "it is not JSON");
    }

    @Test
    void aDirectoryThatCannotBeUsedIsAClearError() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> new CorpusStore(file, Operations.JSON))
                .isInstanceOf(StoreException.class)
                .hasMessageStartingWith("opening the store " + file + " failed: ");
    }
}
