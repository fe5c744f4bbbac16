// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/**
 * The values that programs write. Each write stores a value that no other step of the program stores: the number of its
 * step, counted from one, and the page inside its range. So a value that turns up in the wrong place names its writer,
 * and there is nothing to draw or to shrink.
 */
public final class Tokens {
    private static final int PAGE_BITS = 8;
    private static final long FILLED = 0xf1110000L;

    private Tokens() {}

    public static long of(int step, int page) {
        return ((long) (step + 1) << PAGE_BITS) | page;
    }

    /** One of two values that are the same wherever they are written; no step writes them as its own. */
    public static long filled(int which) {
        return FILLED + which;
    }

    /** The value for people: {@code zero}, {@code value of step 3}. */
    public static String text(long value) {
        long step = (value >> PAGE_BITS) - 1;
        if (value == 0) {
            return "zero";
        }
        if (value == FILLED || value == FILLED + 1) {
            return "filler " + (value == FILLED ? "a" : "b");
        }
        if (step >= 0 && step < 1000) {
            return "value of step " + step + ((value & 0xff) == 0 ? "" : " page " + (value & 0xff));
        }
        return "0x" + Long.toHexString(value);
    }
}
