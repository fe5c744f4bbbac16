// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

/** A text is not a stored trace; the message says where it came from and what is wrong. */
public final class TraceFormatException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public TraceFormatException(String origin, String problem) {
        super("reading a trace from " + origin + " failed: " + problem);
    }
}
