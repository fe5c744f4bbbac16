// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.corpus;

import java.io.IOException;
import org.pinfuzz.generators.failure.FileFailure;

/** A store could not be read or written; the message says what was being done, with which path, and why it failed. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, IOException cause) {
        super(message + ": " + FileFailure.reason(cause), cause);
    }
}
