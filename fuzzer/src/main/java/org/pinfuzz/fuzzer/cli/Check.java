// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import static java.util.Objects.requireNonNull;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param status whether it is in order
 * @param what what was looked at
 * @param state what was found
 * @param remedy the exact command that mends it, or advice; empty when there is nothing to mend
 */
record Check(Status status, String what, String state, String remedy) {
    enum Status {
        OK("ok"),
        /** Something to know; nothing that is needed. */
        NOTE("note"),
        MISSING("MISSING");

        private final String mark;

        Status(String mark) {
            this.mark = mark;
        }

        String mark() {
            return mark;
        }
    }

    Check {
        requireNonNull(status, "status is null");
        requireNonNull(what, "what is null");
        requireNonNull(state, "state is null");
        requireNonNull(remedy, "remedy is null");
    }

    static Check ok(String what, String state) {
        return new Check(Status.OK, what, state, "");
    }

    static Check note(String what, String state, String remedy) {
        return new Check(Status.NOTE, what, state, remedy);
    }

    static Check missing(String what, String state, String remedy) {
        return new Check(Status.MISSING, what, state, remedy);
    }
}
