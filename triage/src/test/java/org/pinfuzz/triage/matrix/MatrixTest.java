// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pinfuzz.generators.invariant.Judgement;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.trace.Trace;
import org.pinfuzz.triage.Oracle;

class MatrixTest {
    private static final Cell FAILS = new Cell.Measured(3, 3, 0, List.of("LT-ZONE"));
    private static final Cell PASSES = new Cell.Measured(0, 3, 0, List.of());
    private static final Cell UNJUDGED = new Cell.Measured(0, 3, 3, List.of());

    private static Matrix.Row row(String kernel, String release, Cell cell) {
        return new Matrix.Row(kernel, release, Map.of("movable", cell));
    }

    private static Matrix matrix(Matrix.Row... rows) {
        return new Matrix("LT-ZONE-3f9a1c2b", Optional.of("LT-ZONE"), List.of(rows), List.of());
    }

    private static Oracle.Run run(List<String> invariants, List<String> inconclusive) {
        List<Violation> violations = invariants.stream()
                .map(id -> new Violation(id, 0, "pin", "", "", true, "5.0", "", ""))
                .toList();
        return new Oracle.Run(
                new Program(List.of()),
                Trace.notStarted(),
                new Judgement(violations, inconclusive, false, 0, Map.of(), Set.of()),
                "");
    }

    @Test
    void the_nearest_pair_is_the_newest_of_those_with_the_smallest_step_between_them() {
        Matrix matrix = matrix(
                row("debian-7.2", "7.2.13", PASSES),
                row("pin-6.12", "6.12.117", PASSES),
                row("debian-5.10", "5.10.0-46", FAILS),
                row("debian-6.1", "6.1.0-56", FAILS));

        assertThat(matrix.rows())
                .extracting(Matrix.Row::kernel)
                .containsExactly("debian-5.10", "debian-6.1", "pin-6.12", "debian-7.2");
        assertThat(matrix.nearestPair().orElseThrow().sentence())
                .isEqualTo(
                        "nearest pair: fails on debian-6.1 (6.1.0-56), passes on pin-6.12 (6.12.117), profile movable");
    }

    @Test
    void kernels_of_one_family_go_before_others_of_the_same_version() {
        Matrix matrix = matrix(
                row("mutants-6.12:fork-shares-pinned", "6.12.117", FAILS),
                row("debian-6.12", "6.12.117+deb12", PASSES),
                row("mutants-6.12", "6.12.117", PASSES));

        assertThat(matrix.nearestPair().orElseThrow().passes().kernel()).isEqualTo("mutants-6.12");
    }

    @Test
    void what_was_not_judged_is_no_pass_and_other_machines_are_not_compared() {
        assertThat(matrix(row("a", "5.10", FAILS), row("b", "6.1", UNJUDGED)).nearestPair())
                .isEmpty();
        assertThat(matrix(row("a", "5.10", FAILS), row("b", "6.1", new Cell.Unavailable("no guest")))
                        .nearestPair())
                .isEmpty();
        assertThat(matrix(row("a", "5.10", FAILS), new Matrix.Row("b", "6.1", Map.of("cma", PASSES)))
                        .nearestPair())
                .isEmpty();
    }

    @Test
    void runs_are_counted_by_the_invariant_of_the_finding() {
        List<Oracle.Run> runs = List.of(
                run(List.of("LT-ZONE", "VALUES"), List.of()),
                run(List.of("VALUES"), List.of()),
                run(List.of(), List.of("the guest was lost")),
                run(List.of(), List.of()));

        assertThat(Cell.Measured.of(runs, Optional.of("LT-ZONE")))
                .isEqualTo(new Cell.Measured(1, 4, 1, List.of("LT-ZONE")));
        assertThat(Cell.Measured.of(runs, Optional.empty()))
                .isEqualTo(new Cell.Measured(2, 4, 1, List.of("LT-ZONE", "VALUES")));
        assertThat(Cell.Measured.of(runs, Optional.empty()).text()).isEqualTo("2/4 (1?)");
    }

    @Test
    void counts_that_contradict_each_other_are_refused() {
        assertThatThrownBy(() -> new Cell.Measured(2, 2, 1, List.of()))
                .hasMessage("of 2 runs 2 broke and 1 were not judged");
    }

    @Test
    void the_picture_has_every_cell_and_no_markup_of_others() {
        Matrix matrix = matrix(
                row("debian-5.10", "5.10.0<script>", FAILS),
                row("debian-6.1", "6.1.0", new Cell.Unavailable("configured without \"CMA\" & more")));

        String svg = MatrixSvg.draw(matrix);

        assertThat(svg)
                .startsWith("<svg ")
                .endsWith("</svg>\n")
                .contains("debian-5.10 (5.10.0&lt;script&gt;)", "3/3", "configured without &quot;CMA&quot; &amp; more")
                .doesNotContain("<script", "href");
    }
}
