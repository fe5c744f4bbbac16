// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.pinfuzz.vm.Installation;

/** Patch, seeds and page speak of the same mutants. */
final class MutantsPageTest {
    private static final Path HOME = Installation.detect().home();
    private static final Pattern SWITCH = Pattern.compile("\\+\\s*M\\((\\w+),\\s*\"([a-z0-9-]+)\"");

    private static List<Rung> mutants() {
        return Rungs.read(HOME.resolve("corpus/seeds")).stream()
                .filter(rung -> rung.mutant().isPresent())
                .toList();
    }

    private static List<MatchResult> switches() throws IOException {
        String patch = Files.readString(HOME.resolve("kmod/patches/6.12/mutants.patch"));
        return SWITCH.matcher(patch).results().toList();
    }

    @Test
    void every_switch_of_the_patch_has_a_seed_and_every_seed_a_switch() throws IOException {
        assertThat(switches())
                .extracting(found -> found.group(2))
                .hasSizeGreaterThanOrEqualTo(11)
                .containsExactlyInAnyOrderElementsOf(
                        mutants().stream().map(Rung::name).toList());
    }

    @Test
    void every_switch_is_named_like_its_mutant_and_asked_somewhere() throws IOException {
        String patch = Files.readString(HOME.resolve("kmod/patches/6.12/mutants.patch"));
        for (MatchResult found : switches()) {
            assertThat(found.group(1)).isEqualTo(found.group(2).replace('-', '_'));
            assertThat(patch).contains("pfz_mutant(" + found.group(1) + ")");
        }
    }

    @Test
    void the_page_has_a_row_for_each_with_its_invariants_and_its_shortest_program() throws IOException {
        List<String> rows = Files.readAllLines(HOME.resolve("docs/mutants.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        assertThat(rows).hasSameSizeAs(mutants());
        for (Rung mutant : mutants()) {
            assertThat(rows)
                    .filteredOn(row -> row.startsWith("| `" + mutant.name() + "` |"))
                    .singleElement()
                    .asString()
                    .endsWith("| " + String.join(", ", mutant.invariants()) + " | "
                            + mutant.shortest().size() + " |");
        }
    }
}
