// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.matrix;

import java.util.List;
import java.util.Locale;
import org.pinfuzz.triage.markup.Markup;

/** A matrix as a picture: a row for each kernel, a column for each profile, hits of runs in each cell. */
public final class MatrixSvg {
    private static final int ROW_PX = 26;
    private static final int COLUMN_PX = 110;
    private static final int PX_PER_CHARACTER = 8;
    private static final int MARGIN_PX = 10;
    private static final String FAILS = "#f4a6a0";
    private static final String PASSES = "#b9e0b4";
    private static final String UNKNOWN = "#e4e4e4";

    private MatrixSvg() {}

    /** The picture; it refers to nothing outside itself. */
    public static String draw(Matrix matrix) {
        List<String> profiles = matrix.profiles();
        int labelPx = MARGIN_PX
                + PX_PER_CHARACTER
                        * matrix.rows().stream()
                                .mapToInt(row ->
                                        row.kernel().length() + row.release().length() + 3)
                                .max()
                                .orElse(0);
        int width = labelPx + COLUMN_PX * Math.max(1, profiles.size()) + MARGIN_PX;
        int height = ROW_PX * (matrix.rows().size() + 2) + MARGIN_PX;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"monospace\" font-size=\"12\">\n",
                width,
                height,
                width,
                height));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(
                svg,
                MARGIN_PX,
                ROW_PX - 8,
                matrix.subject()
                        + matrix.invariant()
                                .map(id -> ", runs that broke " + id)
                                .orElse(", runs that broke"));
        for (int column = 0; column < profiles.size(); column++) {
            text(svg, labelPx + column * COLUMN_PX + 6, 2 * ROW_PX - 8, profiles.get(column));
        }
        for (int i = 0; i < matrix.rows().size(); i++) {
            Matrix.Row row = matrix.rows().get(i);
            int top = (i + 2) * ROW_PX;
            text(svg, MARGIN_PX, top + ROW_PX - 8, row.kernel() + " (" + row.release() + ")");
            for (int column = 0; column < profiles.size(); column++) {
                Cell cell = row.cells().getOrDefault(profiles.get(column), new Cell.Unavailable("not asked for"));
                int left = labelPx + column * COLUMN_PX;
                String colour = cell.fails() ? FAILS : cell.passes() ? PASSES : UNKNOWN;
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" stroke=\"#ffffff\">",
                        left,
                        top,
                        COLUMN_PX,
                        ROW_PX,
                        colour));
                svg.append("<title>").append(Markup.escaped(hint(cell))).append("</title></rect>\n");
                text(svg, left + 6, top + ROW_PX - 8, cell.text());
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private static String hint(Cell cell) {
        if (cell instanceof Cell.Unavailable unavailable) {
            return unavailable.reason();
        }
        return cell instanceof Cell.Measured measured ? String.join(", ", measured.invariants()) : "";
    }

    private static void text(StringBuilder svg, int left, int baseline, String text) {
        svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">", left, baseline))
                .append(Markup.escaped(text))
                .append("</text>\n");
    }
}
