// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.known;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.corpus.Seed;
import org.pinfuzz.corpus.SeedDirectory;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.PageKind;
import org.pinfuzz.generators.model.Pin;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

class KnownBugsTest {
    private static final Path SEEDS = Path.of("..", "corpus", "seeds");
    private static final KnownBugs BUGS = KnownBugs.read(Path.of("known-bugs"));
    private static final List<String> RELEASES =
            List.of("5.8.18", "5.10.0-46-cloud-amd64", "6.1.0-56-cloud-amd64", "6.12.117", "7.2.13");

    @TempDir
    Path directory;

    static List<Seed> known() {
        return new SeedDirectory(SEEDS.resolve("known"), Operations.JSON).readAll();
    }

    static List<Seed> mutants() {
        return new SeedDirectory(SEEDS.resolve("mutants"), Operations.JSON).readAll();
    }

    /** The pin of a program as the model has it at the end. */
    private static Optional<Pin> pin(Program program) {
        Model model = new Model();
        for (int i = 0; i < program.size(); i++) {
            Step step = program.steps().get(i);
            Operations.of(step).apply(model, i, step, Optional.empty());
        }
        return model.pins().stream().findFirst();
    }

    private static Violation violation(Program program, String invariant, String pinMode, PageKind kind) {
        int last = program.size() - 1;
        return new Violation(
                invariant,
                last,
                program.steps().get(last).operation().name(),
                pinMode,
                kind.name().toLowerCase(Locale.ROOT),
                true,
                "5.0",
                "this",
                "that");
    }

    @ParameterizedTest
    @MethodSource("known")
    void each_known_seed_is_explained_by_exactly_one_bug_where_it_breaks_and_by_none_elsewhere(Seed seed) {
        Pin pin = pin(seed.program()).orElseThrow();
        PageKind kind = pin.pages().get(0).kind();
        String invariant = seed.breaksOn("debian-5.10").orElseThrow().get(0);
        Violation violation = violation(seed.program(), invariant, pin.mode().text(), kind);

        seed.expect().forEach((kernel, invariants) -> {
            Attribution attribution = BUGS.attribute(violation, seed.program(), kernel.replace("debian-", "") + ".0-x");

            assertThat(attribution.matches())
                    .describedAs("%s on %s", seed.name(), kernel)
                    .hasSize(invariants.isEmpty() ? 0 : 1);
            assertThat(attribution.matches().size() + attribution.mended().size())
                    .isEqualTo(1);
        });
    }

    @ParameterizedTest
    @MethodSource("mutants")
    void no_mutant_is_explained_whatever_page_it_breaks(Seed seed) {
        String mode = pin(seed.program()).map(pin -> pin.mode().text()).orElse("");
        seed.expect().values().stream().flatMap(List::stream).forEach(invariant -> {
            for (PageKind kind : PageKind.values()) {
                Violation violation = violation(seed.program(), invariant, mode, kind);
                assertThat(BUGS.attribute(violation, seed.program(), "6.12.117").matches())
                        .isEmpty();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "fork-shares-pinned, FORK-PARENT-KEEPS, 5.8.18, fork-shares-pinned",
        "fast-ignores-fork, FORK-PARENT-KEEPS, 5.9.1, fork-races-fast-pin",
    })
    void a_bug_of_before_the_oldest_kernel_of_the_catalogue_is_known_too(
            String seedName, String invariant, String release, String bug) {
        Seed seed = mutants().stream()
                .filter(one -> one.name().equals(seedName))
                .findFirst()
                .orElseThrow();
        Violation violation = violation(seed.program(), invariant, "short-term write", PageKind.ANON);

        assertThat(BUGS.attribute(violation, seed.program(), release).ids()).containsExactly(bug);
    }

    @Test
    void what_is_not_explained_is_said() {
        Seed seed = known().get(0);
        Violation violation = violation(seed.program(), "PIN-BALANCE", "", PageKind.ANON);
        for (String release : RELEASES) {
            Attribution attribution = BUGS.attribute(violation, seed.program(), release);

            assertThat(attribution.sentence())
                    .isEqualTo("matches none of the " + BUGS.all().size() + " known bugs");
            assertThat(attribution.notExplained()).isEmpty();
        }
    }

    @Test
    void a_kernel_that_should_have_the_fix_is_not_explained_by_the_bug() {
        Seed seed = known().stream()
                .filter(one -> one.name().equals("longterm-movable"))
                .findFirst()
                .orElseThrow();
        Violation violation = violation(seed.program(), "LT-ZONE", "long-term write", PageKind.ANON);

        assertThat(BUGS.attribute(violation, seed.program(), "6.12.117").notExplained())
                .isEqualTo(
                        "It looks like longterm-pin-in-movable (before 5.13, mended by d1e153fea2a8), which this kernel"
                                + " should not have.");
    }

    @Test
    void all_problems_of_all_files_are_told_with_file_and_place() throws IOException {
        Files.writeString(directory.resolve("a.json"), "{\"format\":");
        Files.writeString(
                directory.resolve("b.json"),
                "{\"format\":\"pinfuzz-known-bug\",\"version\":1,\"id\":\"c\",\"title\":\"\",\"colour\":1,\"pattern\":"
                        + "{\"invariants\":[\"X\"],\"page_kinds\":[\"blue\"],\"pin_modes\":[\"loose\"],\"operations\":"
                        + "[{\"operation\":\"sing\"},{\"operation\":\"pin\",\"path\":\"far\"}]},"
                        + "\"versions\":{\"from\":\"6.1\",\"until\":\"5.19\"},\"commits\":[\"zz\"],\"source\":\"s\"}");

        assertThatThrownBy(() -> KnownBugs.read(directory))
                .isInstanceOf(StoreException.class)
                .hasMessageContainingAll(
                        "a.json: it is not JSON: ",
                        "b.json, colour: there is no such field",
                        "b.json, id: \"c\" is not the file's name",
                        "b.json, title: it is no text",
                        "b.json, pattern.invariants: there is no invariant \"X\"",
                        "b.json, pattern.page_kinds: there is no \"blue\"; there are anon, ",
                        "b.json, pattern.pin_modes: there is no \"loose\"; there are long-term write, ",
                        "b.json, pattern.operations[0]: there is no operation \"sing\"",
                        "b.json, pattern.operations[1]: pin has no parameter path that can be \"far\"",
                        "b.json, versions: \"until\" is not after \"from\"",
                        "b.json, commits: \"zz\" is no commit");
    }

    @Test
    void the_page_has_a_row_for_each() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("..", "docs", "known-bugs.md")).stream()
                .filter(line -> line.startsWith("| `") && line.contains("kernels "))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(BUGS.all().stream()
                        .map(bug -> "| `" + bug.id() + "` | " + bug.title() + " | kernels " + bug.span() + " |")
                        .toList());
    }

    @Test
    void a_directory_that_is_not_there_is_named() {
        assertThatThrownBy(() -> KnownBugs.read(directory.resolve("nowhere")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("nowhere");
        assertThat(KnownBugs.NONE
                        .attribute(
                                violation(known().get(0).program(), "LT-ZONE", "", PageKind.ANON),
                                known().get(0).program(),
                                "5.10")
                        .sentence())
                .isEmpty();
    }
}
