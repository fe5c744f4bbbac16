// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.markup;

/** Makes text of guests and users safe to stand in HTML and SVG. */
public final class Markup {
    private Markup() {}

    /** The text as it reads, in an element or in an attribute between double quotes; line ends stay. */
    public static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t' -> out.appendCodePoint(point);
                default -> out.appendCodePoint(writable(point) ? point : '\uFFFD');
            }
        });
        return out.toString();
    }

    /** XML has no way to write control characters and halves of pairs; text that turns direction hides what it is. */
    private static boolean writable(int point) {
        int type = Character.getType(point);
        return type != Character.CONTROL && type != Character.SURROGATE && type != Character.FORMAT && point < 0xFFFE
                || point > 0xFFFF && type != Character.FORMAT;
    }
}
