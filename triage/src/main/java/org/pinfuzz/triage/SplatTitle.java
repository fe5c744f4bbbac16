// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.util.regex.Pattern;

/** The title of a kernel's complaint without what differs from run to run and from build to build. */
final class SplatTitle {
    private static final int MAX_LENGTH = 200;

    private static final Pattern OFFSET = Pattern.compile("\\+0x[0-9a-f]+(/0x[0-9a-f]+)?");
    private static final Pattern HEXADECIMAL = Pattern.compile("\\b(0x)?[0-9a-f]{8,16}\\b|\\b0x[0-9a-f]+\\b");
    private static final Pattern TIMESTAMP = Pattern.compile("^\\[ *[0-9]+\\.[0-9]+\\] *");
    private static final Pattern NUMBERED = Pattern.compile("\\b(CPU|PID|pid|node|index|pfn)[:# ]+[0-9]+");
    private static final Pattern LINE_NUMBER = Pattern.compile("(\\.[chS]):[0-9]+");
    private static final Pattern NUMBER = Pattern.compile("\\b[0-9]+\\b");
    private static final Pattern SPACES = Pattern.compile(" +");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}`|]");

    private SplatTitle() {}

    /** Two titles of one bug are equal after this. */
    static String normalise(String title) {
        String text = TIMESTAMP.matcher(printable(title)).replaceAll("");
        text = OFFSET.matcher(text).replaceAll("");
        text = HEXADECIMAL.matcher(text).replaceAll("X");
        text = LINE_NUMBER.matcher(text).replaceAll("$1");
        text = NUMBERED.matcher(text).replaceAll("$1 N");
        text = NUMBER.matcher(text).replaceAll("N");
        return SPACES.matcher(text).replaceAll(" ").strip();
    }

    /** Text of a guest that can stand in a report: one line, no control characters, no markup. */
    static String printable(String text) {
        String line = CONTROL.matcher(text).replaceAll(" ").strip();
        return line.length() > MAX_LENGTH ? line.substring(0, MAX_LENGTH) + "…" : line;
    }
}
