// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import org.pinfuzz.generators.operation.CText.PinRequest;

/** What pins pages in an exported test, the most widely usable first. */
public enum PinDevice {
    /** Fixed buffers of io_uring: long-term pins for writing. */
    URING("uring", "io_uring's fixed buffers"),
    /** Pages in a pipe: held for reading, without a pin's mark. */
    SPLICE("splice", "vmsplice"),
    /** The kernel's own test device: one long-term pin at a time, through which nothing is written. */
    GUP_TEST("gup_test", "the kernel's gup_test (CONFIG_GUP_TEST)"),
    /** {@code /dev/pinfuzz}: every kind of pin. */
    MODULE("module", "the pinfuzz module");

    private final String prefix;
    private final String title;

    PinDevice(String prefix, String title) {
        this.prefix = prefix;
        this.title = title;
    }

    /** What its functions' names begin with. */
    String prefix() {
        return prefix;
    }

    /** The name for people. */
    public String title() {
        return title;
    }

    boolean writes() {
        return this == URING || this == MODULE;
    }

    /** The last argument of its pin function, with the comma before it. */
    String flags(PinRequest request) {
        StringBuilder flags = new StringBuilder();
        if (this == GUP_TEST) {
            add(flags, request.write(), "FOR_WRITING");
            add(flags, request.fast(), "BY_FAST_PATH");
        } else if (this == MODULE) {
            add(flags, request.write(), "PIN_WRITE");
            add(flags, request.longTerm(), "PIN_LONGTERM");
            add(flags, request.fast(), "PIN_FAST");
        } else {
            return "";
        }
        return ", " + (flags.isEmpty() ? "0" : flags);
    }

    private static void add(StringBuilder flags, boolean set, String name) {
        if (set) {
            flags.append(flags.isEmpty() ? "" : " | ").append(name);
        }
    }
}
