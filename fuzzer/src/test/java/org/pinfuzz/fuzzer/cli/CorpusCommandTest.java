// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.corpus.CorpusEntry;
import org.pinfuzz.corpus.CorpusStore;
import org.pinfuzz.corpus.FindingRecord;
import org.pinfuzz.corpus.FindingStore;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

final class CorpusCommandTest {
    private static final Program FORKS =
            new Program(List.of(Step.of(0, Operations.FORK, 1), Step.of(1, Operations.EXIT)));
    private static final Program FORK = new Program(List.of(Step.of(0, Operations.FORK, 1)));
    private static final String FINDING = "LT-ZONE-3f9a1c2b";

    @TempDir
    private Path out;

    @BeforeEach
    void fill() {
        CorpusStore corpus = new CorpusStore(out.resolve("corpus"), Operations.JSON);
        corpus.offer(new CorpusEntry(FORKS, 42, 7, "movable", List.of(), Set.of(1L, 2L)));
        corpus.offer(new CorpusEntry(FORK, 42, 3, "movable", List.of(Operations.JSON.digest(FORKS)), Set.of(3L)));
        FindingRecord record = new FindingRecord(
                FINDING, "LT-ZONE", "VIOLATION", 1, 4, 5, 1, "6.1.0", "movable", List.of("NO-SPLAT"), 42, 9);
        new FindingStore(out.resolve("findings"))
                .add(record, Map.of("program.json", Operations.JSON.writePretty(FORK)));
    }

    private CommandLineRun corpus(String command, String... arguments) {
        String[] all = new String[arguments.length + 4];
        all[0] = "corpus";
        all[1] = command;
        all[2] = "--out";
        all[3] = out.toString();
        System.arraycopy(arguments, 0, all, 4, arguments.length);
        return CommandLineRun.of(all);
    }

    @Test
    void listShowsFindingsAndProgramsInTheOrderInWhichTheyWereFound() {
        CommandLineRun run = corpus("list");
        assertThat(run.status()).isZero();
        assertThat(run.out().lines())
                .containsExactly(
                        "1 findings",
                        "ID                LABEL      STEPS  HITS  SEEN  KERNEL  KNOWN BUGS",
                        FINDING + "  VIOLATION  1      4/5   1     6.1.0   not compared",
                        "",
                        "2 programs",
                        "DIGEST        STEPS  SEED  INDEX  PARENTS  NEW SIGNAL",
                        Operations.JSON.digest(FORK).substring(0, 12) + "  1      42    3      1        1",
                        Operations.JSON.digest(FORKS).substring(0, 12) + "  2      42    7      0        2");
    }

    @Test
    void listAsJsonHasTheSameAndNothingBesides() throws IOException {
        CommandLineRun run = corpus("list", "--json", "-");
        assertThat(run.status()).isZero();
        JsonNode root = JsonMapper.builder().build().readTree(run.out());
        assertThat(root.path("format").asText()).isEqualTo("pinfuzz-corpus-list");
        assertThat(root.path("findings").findValuesAsText("id")).containsExactly(FINDING);
        assertThat(root.path("programs").findValuesAsText("digest"))
                .containsExactly(Operations.JSON.digest(FORK), Operations.JSON.digest(FORKS));
        assertThat(root.path("problems").isEmpty()).isTrue();
    }

    @Test
    void aDamagedFileIsToldAndHidesNoOther() throws IOException {
        Files.writeString(out.resolve("corpus").resolve(Operations.JSON.digest(FORK) + ".json"), "{");
        CommandLineRun run = corpus("list");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("1 programs").contains(FINDING);
        assertThat(run.err().lines()).singleElement().asString().contains(Operations.JSON.digest(FORK));
    }

    @Test
    void showPrintsTheStepsOfAProgramByTheBeginningOfItsDigest() {
        CommandLineRun run = corpus("show", Operations.JSON.digest(FORKS).substring(0, 8));
        assertThat(run.status()).isZero();
        assertThat(run.out().lines())
                .containsExactly(
                        Operations.JSON.digest(FORKS) + ": program 7 of seed 42, drawn",
                        "STEP  TASK  OPERATION  ARGUMENTS",
                        "0     t0    fork       child=t1",
                        "1     t1    exit");
    }

    @Test
    void showPrintsTheShrunkProgramOfAFinding() {
        CommandLineRun run = corpus("show", FINDING);
        assertThat(run.status()).isZero();
        assertThat(run.out().lines().findFirst())
                .contains(FINDING + ": VIOLATION of LT-ZONE on 6.1.0, 4 of 5 runs, seen 1 times; also breaks NO-SPLAT");
        assertThat(run.out()).contains("fork");
    }

    @Test
    void whatShowsAsJsonIsAProgramAgain() throws IOException {
        CommandLineRun run = corpus("show", FINDING, "--json", "-");
        JsonNode root = JsonMapper.builder().build().readTree(run.out());
        assertThat(Operations.JSON.fromJson(root.path("program"), "the report")).isEqualTo(FORK);
        assertThat(root.path("finding").path("otherViolations").path(0).asText())
                .isEqualTo("NO-SPLAT");
    }

    @Test
    void aNameThatFitsNoneOrSeveralIsRefused() {
        assertThat(corpus("show", "nothing").status()).isEqualTo(1);
        assertThat(corpus("show", "nothing").err()).contains("nothing").contains("pinfuzz corpus list");
        assertThat(corpus("show", "").err()).contains("2 programs begin so");
    }

    @Test
    void aDirectoryWithoutACampaignIsRefusedAndStaysAsItIs(@TempDir Path empty) {
        CommandLineRun run = CommandLineRun.of("corpus", "list", "--out", empty.toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains(empty.toString()).contains("--out");
        assertThat(empty).isEmptyDirectory();
    }
}
