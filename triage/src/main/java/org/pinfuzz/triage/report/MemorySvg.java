// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pinfuzz.triage.markup.Markup;

/**
 * Memory as a picture: mappings on the left, frames in the middle, pins on the right, a line from each to the frame that
 * it has. Mapping and pin of one cell whose lines lead to two frames have come apart.
 */
final class MemorySvg {
    private static final int BOX_PX = 40;
    private static final int GAP_PX = 8;
    private static final int HOLDER_PX = 265;
    /** As much as the agent tells of a frame: zone, node, flags, references, pins, mappings. */
    private static final int FRAME_PX = 465;

    private static final int LANE_PX = 70;
    private static final int TOP_PX = 34;
    private static final int WIDTH_PX = 2 * HOLDER_PX + FRAME_PX + 2 * LANE_PX + 2 * GAP_PX;
    /** More do not fit a page; what a shrunk program has is far less. */
    private static final int MOST_ROWS = 40;

    private static final double CHARACTER_PX = 7.3;

    private MemorySvg() {}

    static String draw(MemoryState state) {
        List<Long> frames = new ArrayList<>(state.frames().keySet());
        int rows = Math.min(
                MOST_ROWS,
                Math.max(
                        1,
                        Math.max(
                                frames.size(),
                                Math.max(state.mappings().size(), state.pins().size()))));
        int height = TOP_PX + rows * (BOX_PX + GAP_PX) + GAP_PX;
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"monospace\" font-size=\"12\">\n",
                WIDTH_PX,
                height,
                WIDTH_PX,
                height));
        int middle = GAP_PX + HOLDER_PX + LANE_PX;
        int right = middle + FRAME_PX + LANE_PX;
        text(svg, GAP_PX, TOP_PX - 12, HOLDER_PX, "mappings");
        text(svg, middle, TOP_PX - 12, FRAME_PX, "frames");
        text(svg, right, TOP_PX - 12, HOLDER_PX, "pins");
        for (int i = 0; i < Math.min(rows, frames.size()); i++) {
            String name = "frame " + Long.toHexString(frames.get(i));
            box(svg, middle, i, FRAME_PX, "#eeeeee", name, state.frames().get(frames.get(i)));
        }
        holders(svg, state.mappings(), frames, rows, GAP_PX, GAP_PX + HOLDER_PX, middle, "#d6e6f5");
        holders(svg, state.pins(), frames, rows, right, right, middle + FRAME_PX, "#f7dfb8");
        return svg.append("</svg>\n").toString();
    }

    private static void holders(
            StringBuilder svg,
            List<MemoryState.Holder> holders,
            List<Long> frames,
            int rows,
            int left,
            int from,
            int to,
            String colour) {
        for (int i = 0; i < Math.min(rows, holders.size()); i++) {
            MemoryState.Holder holder = holders.get(i);
            box(svg, left, i, HOLDER_PX, colour, holder.name(), holder.cell());
            int frame = frames.indexOf(holder.pfn());
            if (frame >= 0 && frame < rows) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#444444\" stroke-width=\"2\"/>\n",
                        from,
                        top(i) + BOX_PX / 2,
                        to,
                        top(frame) + BOX_PX / 2));
            }
        }
    }

    private static int top(int row) {
        return TOP_PX + row * (BOX_PX + GAP_PX);
    }

    private static void box(
            StringBuilder svg, int left, int row, int width, String colour, String first, String second) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"%s\" stroke=\"#888888\">",
                left,
                top(row),
                width,
                BOX_PX,
                colour));
        svg.append("<title>").append(Markup.escaped(first + ": " + second)).append("</title></rect>\n");
        text(svg, left + 6, top(row) + 16, width, first);
        text(svg, left + 6, top(row) + 32, width, second);
    }

    private static void text(StringBuilder svg, int left, int baseline, int width, String text) {
        int most = (int) (width / CHARACTER_PX);
        String shown = text.length() > most ? text.substring(0, most - 1) + "…" : text;
        svg.append(String.format(Locale.ROOT, "<text x=\"%d\" y=\"%d\">", left, baseline))
                .append(Markup.escaped(shown))
                .append("</text>\n");
    }
}
