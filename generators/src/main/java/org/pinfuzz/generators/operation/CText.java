// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import org.pinfuzz.generators.model.Model;

/**
 * The C test that a program becomes. Each operation writes its own lines into it, in the place of its step; what several
 * need is a named piece of the test's prologue.
 */
public interface CText {
    /** What the program should see before this step. */
    Model model();

    /** The step's place in the program. */
    int index();

    /** One line of the step's task, without indentation. */
    void line(String line);

    /** The test needs a piece of the prologue. */
    void uses(String piece);

    /** The address of a page: {@code r0 + 2 * page}. */
    String at(int region, int page);

    /** Whether the program reaches beyond the pages that the region is created with: they must be a hole. */
    boolean reachesBeyond(int region, int pages);

    /** A call without which the test means nothing; that it fails is what is asked if answers are what is tested. */
    void call(String condition, String what);

    /** Something that must hold. */
    void check(String condition, String what);

    /** A new task, whose steps are written where they come. */
    void fork(int child);

    /** The step's task ends. */
    void exit();

    /** Pins pages. */
    void pin(PinRequest request);

    /** Ends a pin. */
    void unpin(int pin);

    /** What a device reads in a page of a pin, as an expression. */
    String deviceRead(int pin, int page);

    /** A device writes a page of a pin. */
    void deviceWrite(int pin, int page, long value);

    /**
     * A pin that a step asks for.
     *
     * @param pin its number
     * @param region where
     * @param first the first page
     * @param pages how many
     * @param possible how many of them may be accessed, from the first on
     * @param write whether the device may write
     * @param longTerm whether it may last
     * @param fast whether the fast path is tried first
     */
    record PinRequest(
            int pin, int region, int first, int pages, int possible, boolean write, boolean longTerm, boolean fast) {}

    /** A value as C has it. */
    static String value(long value) {
        return "0x" + Long.toHexString(value);
    }

    /** A number of pages in bytes. */
    static String bytes(int pages) {
        return pages == 1 ? "page" : pages + " * page";
    }
}
