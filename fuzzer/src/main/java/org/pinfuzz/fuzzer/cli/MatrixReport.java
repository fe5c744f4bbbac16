// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.pinfuzz.triage.matrix.Cell;
import org.pinfuzz.triage.matrix.Matrix;

/** A matrix as a table and as JSON, format {@code pinfuzz-matrix}, documented in docs/formats/reports.md. */
final class MatrixReport {
    static final String FORMAT = "pinfuzz-matrix";
    static final int VERSION = 1;

    private MatrixReport() {}

    static void print(Matrix matrix, PrintWriter out) {
        List<String> profiles = matrix.profiles();
        List<String> heading = new ArrayList<>(List.of("kernel", "release"));
        heading.addAll(profiles);
        TextTable table = new TextTable(heading.toArray(String[]::new));
        for (Matrix.Row row : matrix.rows()) {
            List<Object> cells = new ArrayList<>(List.of(row.kernel(), row.release()));
            profiles.forEach(profile -> cells.add(
                    row.cells().containsKey(profile) ? row.cells().get(profile).text() : ""));
            table.row(cells.toArray());
        }
        table.print(out);
        for (Matrix.Row row : matrix.rows()) {
            row.cells().forEach((profile, cell) -> {
                if (cell instanceof Cell.Unavailable unavailable) {
                    out.println("- " + row.kernel() + ", " + profile + ": " + unavailable.reason());
                }
            });
        }
        if (!matrix.notFetched().isEmpty()) {
            out.println("not fetched: " + String.join(", ", matrix.notFetched())
                    + "; name them with --kernels to fetch or build them");
        }
        out.println(matrix.nearestPair().map(Matrix.Pair::sentence).orElse(unanimous(matrix)));
        out.flush();
    }

    private static String unanimous(Matrix matrix) {
        List<Cell> cells = matrix.rows().stream()
                .flatMap(row -> row.cells().values().stream())
                .toList();
        if (cells.stream().noneMatch(Cell::fails)) {
            return "it fails on none of these kernels";
        }
        return cells.stream().noneMatch(Cell::passes)
                ? "it passes on none of these kernels"
                : "no kernel fails where another passes in the same profile";
    }

    static JsonReport of(Matrix matrix) {
        JsonReport report = JsonReport.of(FORMAT, VERSION);
        ObjectNode root = report.root();
        root.put("subject", matrix.subject())
                .put("invariant", matrix.invariant().orElse(""));
        ArrayNode kernels = root.putArray("kernels");
        for (Matrix.Row row : matrix.rows()) {
            ObjectNode node = kernels.addObject().put("kernel", row.kernel()).put("release", row.release());
            ArrayNode cells = node.putArray("cells");
            row.cells().forEach((profile, cell) -> add(cells.addObject().put("profile", profile), cell));
        }
        matrix.notFetched().forEach(root.putArray("notFetched")::add);
        matrix.nearestPair()
                .ifPresent(pair -> root.putObject("nearestPair")
                        .put("profile", pair.profile())
                        .put("fails", pair.fails().kernel())
                        .put("passes", pair.passes().kernel()));
        return report;
    }

    private static void add(ObjectNode node, Cell cell) {
        if (cell instanceof Cell.Measured measured) {
            node.put("hits", measured.hits()).put("runs", measured.runs()).put("unjudged", measured.unjudged());
            measured.invariants().forEach(node.putArray("invariants")::add);
        } else if (cell instanceof Cell.Unavailable unavailable) {
            node.put("reason", unavailable.reason());
        }
    }
}
