// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.invariant.Invariant;
import org.pinfuzz.generators.invariant.Invariants;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.kernel.KernelCatalogue;
import org.pinfuzz.vm.pool.GuestProfile;

/**
 * The pages about operations, invariants, kernels and profiles say what the code says; {@code -Dpinfuzz.golden.write=true}
 * renews the first two.
 */
final class CataloguePagesTest {
    private static final Path DOCS = Path.of(System.getProperty("pinfuzz.home"), "docs");

    @Test
    void the_page_of_invariants_is_the_catalogue() throws IOException {
        StringBuilder text = new StringBuilder("<!-- SPDX-License-Identifier: Apache-2.0 -->\n# Invariants\n\n"
                + "What is judged, the most specific first. A violation on a kernel before *promised from* is a LIMITATION of\n"
                + "that kernel. Where single cases are promised later than the rest, the source says so.\n\n"
                + "| id | what holds | promised from | source |\n|---|---|---|---|\n");
        for (Invariant invariant : Invariants.all()) {
            text.append("| ")
                    .append(invariant.id())
                    .append(" | ")
                    .append(invariant.statement())
                    .append(" | ")
                    .append(invariant.promisedFrom())
                    .append(" | ")
                    .append(invariant.source())
                    .append(" |\n");
        }
        check("invariants.md", text.toString());
    }

    @Test
    void the_page_of_operations_is_the_catalogue() throws IOException {
        StringBuilder text = new StringBuilder("<!-- SPDX-License-Identifier: Apache-2.0 -->\n# Operations\n\n"
                + "What programs are made of. Every operation also names the task that runs it. Constants stand simplest first:\n"
                + "shrinking goes that way.\n\n"
                + "| operation | parameters | needs |\n|---|---|---|\n");
        for (Operation operation : Operations.all()) {
            text.append("| `").append(operation.name()).append("` | ");
            String separator = "";
            for (Parameter parameter : operation.parameters()) {
                text.append(separator).append(described(parameter));
                separator = ", ";
            }
            text.append(" | ")
                    .append(operation.needs().isEmpty() ? "" : new TreeSet<>(operation.needs()).toString())
                    .append(" |\n");
        }
        check("operations.md", text.toString());
    }

    @Test
    void the_page_of_kernels_has_a_row_for_each() throws IOException {
        assertThat(rows("kernels.md", "debian-|pin-|mutants-|kcov-|kasan-|lockdep-"))
                .containsExactlyInAnyOrderElementsOf(
                        KernelCatalogue.read(Installation.detect().kernelCatalogue()).kernels().stream()
                                .map(kernel -> "| `" + kernel.name() + "` | " + kernel.title() + " |")
                                .toList());
    }

    @Test
    void the_page_of_profiles_has_a_row_for_each_with_its_memory() throws IOException {
        List<String> starts = rows("profiles.md", "").stream()
                .map(row -> row.substring(0, row.indexOf(" |", row.indexOf(" | ") + 1)))
                .toList();
        assertThat(starts)
                .containsExactlyElementsOf(GuestProfile.names().stream()
                        .map(name -> GuestProfile.named(name).orElseThrow())
                        .map(profile -> "| `" + profile.name() + "` | " + profile.memory())
                        .toList());
    }

    /** Rows of the tables of a page whose first cell is code that starts so. */
    private static List<String> rows(String page, String starts) throws IOException {
        Pattern row = Pattern.compile("\\| `(" + starts + ").*");
        return Files.readAllLines(DOCS.resolve(page)).stream()
                .filter(line -> row.matcher(line).matches())
                .toList();
    }

    private static String described(Parameter parameter) {
        if (parameter instanceof Parameter.Creates creates) {
            return "new " + creates.kind().name().toLowerCase(java.util.Locale.ROOT);
        }
        if (parameter instanceof Parameter.Uses uses) {
            return uses.kind().name().toLowerCase(java.util.Locale.ROOT);
        }
        if (parameter instanceof Parameter.Choice choice) {
            return parameter.name() + " " + String.join("/", choice.constants());
        }
        return parameter.name() + " " + parameter.min() + " to " + parameter.max();
    }

    private static void check(String page, String expected) throws IOException {
        Path file = DOCS.resolve(page);
        if (Boolean.getBoolean("pinfuzz.golden.write")) {
            Files.writeString(file, expected);
        }
        assertThat(file).hasContent(expected);
    }
}
