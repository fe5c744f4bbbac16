// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import java.util.List;
import java.util.Locale;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.triage.markup.Markup;

/** Which operation followed which on the same cell, as a picture: a row for the first, a column for the second. */
public final class AlphabetSvg {
    private static final int CELL_PX = 9;
    private static final int LABEL_PX = 150;
    private static final int MARGIN_PX = 10;
    private static final int TITLE_PX = 24;
    private static final String IMPOSSIBLE = "#eeeeee";
    private static final String NEVER = "#f4a6a0";
    /** From once to 10,000 times, a colour for each power of ten. */
    private static final List<String> OFTEN = List.of("#dcefd9", "#b9e0b4", "#8fcb87", "#5fae56", "#2f8a26");

    private AlphabetSvg() {}

    /** The picture; it refers to nothing outside itself. */
    public static String draw(Alphabet alphabet) {
        List<Operation> operations = Alphabet.touching();
        int side = operations.size() * CELL_PX;
        int width = LABEL_PX + side + MARGIN_PX;
        int height = TITLE_PX + LABEL_PX + side + MARGIN_PX;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"monospace\" font-size=\"8\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>%n",
                width,
                height,
                width,
                height));
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"14\" font-size=\"12\">second after first on the same cell: %.1f %% of %d pairs seen</text>%n",
                MARGIN_PX,
                100 * alphabet.pairsSeen(),
                alphabet.possiblePairs()));
        for (int i = 0; i < operations.size(); i++) {
            String name = Markup.escaped(operations.get(i).name());
            int at = i * CELL_PX + CELL_PX - 2;
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n",
                    LABEL_PX - 4,
                    TITLE_PX + LABEL_PX + at,
                    name));
            svg.append(String.format(
                    Locale.ROOT,
                    "<text transform=\"translate(%d,%d) rotate(-90)\">%s</text>%n",
                    LABEL_PX + at,
                    TITLE_PX + LABEL_PX - 4,
                    name));
        }
        for (int row = 0; row < operations.size(); row++) {
            for (int column = 0; column < operations.size(); column++) {
                cell(svg, alphabet, operations.get(row), operations.get(column), row, column);
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private static void cell(
            StringBuilder svg, Alphabet alphabet, Operation first, Operation second, int row, int column) {
        long count = alphabet.followed(first, second);
        boolean possible = alphabet.canFollow(first, second);
        String colour = count > 0
                ? OFTEN.get(Math.min(OFTEN.size() - 1, Long.toString(count).length() - 1))
                : possible ? NEVER : IMPOSSIBLE;
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"><title>%s then %s: %s</title></rect>%n",
                LABEL_PX + column * CELL_PX,
                TITLE_PX + LABEL_PX + row * CELL_PX,
                CELL_PX - 1,
                CELL_PX - 1,
                colour,
                Markup.escaped(first.name()),
                Markup.escaped(second.name()),
                count > 0 || possible ? Long.toString(count) : "cannot happen"));
    }
}
