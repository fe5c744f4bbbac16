// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

/** What a handle of a program can name. A handle's text is the kind's letter and a number: {@code r3}, {@code t1}. */
public enum HandleKind {
    /** A process with a memory of its own; {@code t0} exists from the start. */
    TASK('t', 6),
    /** One fixed, huge-page aligned slot of addresses, the same in every task. */
    REGION('r', 8),
    /** A memory file. */
    FILE('f', 4),
    /** Pinned pages and the descriptor that owns them. */
    PIN('k', 12),
    /** A descriptor of mempinfd. */
    DESCRIPTOR('d', 4);

    private final char letter;
    private final int limit;

    HandleKind(char letter, int limit) {
        this.letter = letter;
        this.limit = limit;
    }

    public char letter() {
        return letter;
    }

    /** Most handles of this kind in one program; the agent's tables have this size. */
    public int limit() {
        return limit;
    }

    public String text(int number) {
        return letter + Integer.toString(number);
    }
}
