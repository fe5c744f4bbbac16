// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingStoreTest {
    private static final FindingRecord RECORD = new FindingRecord(
            "LT-ZONE-3f9a1c2b", "LT-ZONE", "VIOLATION", 2, 5, 5, 0, "6.1.0-test", "cma", List.of("VALUES"), 42, 7);

    @TempDir
    Path directory;

    @Test
    void aFindingAppearsWithAllItsFiles() {
        FindingStore store = new FindingStore(directory);

        assertThat(store.add(RECORD, Map.of("report.md", "# A report\n"))).isEqualTo(1);

        assertThat(store.list()).containsExactly(RECORD.id());
        assertThat(store.load(RECORD.id())).isEqualTo(RECORD.sighted(1));
        assertThat(store.read(RECORD.id(), "report.md")).isEqualTo("# A report\n");
    }

    @Test
    void whatIsFoundAgainIsCountedAndTheFirstStays() {
        FindingStore store = new FindingStore(directory);
        store.add(RECORD, Map.of("report.md", "the first"));
        FindingRecord second = new FindingRecord(
                RECORD.id(), "LT-ZONE", "VIOLATION", 9, 1, 9, 0, "6.12.0-test", "movable", List.of(), 1, 1);

        assertThat(store.add(second, Map.of("report.md", "the second"))).isEqualTo(2);

        assertThat(store.read(RECORD.id(), "report.md")).isEqualTo("the first");
        assertThat(store.load(RECORD.id())).isEqualTo(RECORD.sighted(2));
    }

    @Test
    void severalThreadsAndStoresLoseNoSighting() {
        List<FindingStore> stores = List.of(new FindingStore(directory), new FindingStore(directory));

        IntStream.range(0, 40).parallel().forEach(i -> stores.get(i % 2).add(RECORD, Map.of("report.md", "text")));

        IntStream.range(0, 10).parallel().forEach(i -> stores.get(i % 2).sight(RECORD.id()));
        assertThat(stores.get(0).load(RECORD.id()).sightings()).isEqualTo(50);
    }

    @Test
    void halfADirectoryOfAKilledProcessIsNoFindingAndIsSwept() throws IOException {
        Path half = Files.createDirectories(directory.resolve(".new-" + RECORD.id()));
        Files.writeString(half.resolve("report.md"), "half a rep");

        FindingStore store = new FindingStore(directory);

        assertThat(store.list()).isEmpty();
        assertThat(store.add(RECORD, Map.of())).isEqualTo(1);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(".lock", RECORD.id());
        }
    }

    @Test
    void aMissingOrDamagedRecordIsAClearError() throws IOException {
        FindingStore store = new FindingStore(directory);
        store.add(RECORD, Map.of());
        Files.writeString(directory.resolve(RECORD.id()).resolve("finding.json"), "{}");

        assertThatThrownBy(() -> store.load(RECORD.id()))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("it is not pinfuzz-finding version 1");
        assertThatThrownBy(() -> store.load("VALUES-00000000")).hasMessageStartingWith("reading " + directory);
    }

    @Test
    void anIdIsAnInvariantAndEightDigitsAndNeverAPath() {
        assertThatThrownBy(() -> new FindingRecord("../x", "", "", 0, 0, 0, 0, "", "", List.of(), 0, 0))
                .hasMessage("\"../x\" is not an id of a finding, like LT-ZONE-3f9a1c2b");
    }

    @Test
    void whatIsLearntLaterIsPutBesideTheRest() {
        FindingStore store = new FindingStore(directory);
        store.add(RECORD, Map.of("report.md", "first"));

        store.put(RECORD.id(), "matrix.json", "one");
        store.put(RECORD.id(), "matrix.json", "two");

        assertThat(store.read(RECORD.id(), "matrix.json")).isEqualTo("two");
        assertThat(store.read(RECORD.id(), "report.md")).isEqualTo("first");
        assertThatThrownBy(() -> store.put("LT-ZONE-00000000", "matrix.json", "one"))
                .isInstanceOf(StoreException.class);
    }

    @Test
    void knownBugsAreStoredWithHowManyItWasComparedWith() {
        FindingStore store = new FindingStore(directory);
        FindingRecord explained = new FindingRecord(
                "LT-ZONE-0000000a",
                "LT-ZONE",
                "LIMITATION",
                2,
                5,
                5,
                1,
                "5.10.0",
                "movable",
                List.of(),
                42,
                7,
                List.of(),
                List.of("longterm-pin-in-movable"),
                7);

        store.add(explained, Map.of());

        assertThat(store.load(explained.id())).isEqualTo(explained);
    }
}
