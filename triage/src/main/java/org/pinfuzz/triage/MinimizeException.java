// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

/** Something outside of the program kept it from being minimised; the message says what, and what to do. */
public final class MinimizeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MinimizeException(String message, Throwable cause) {
        super(message, cause);
    }
}
