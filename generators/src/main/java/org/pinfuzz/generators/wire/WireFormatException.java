// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

/** A payload from a guest is malformed. The message says which field, with which value; nothing of it was used. */
public final class WireFormatException extends Exception {
    private static final long serialVersionUID = 1;

    public WireFormatException(String message) {
        super(message);
    }
}
