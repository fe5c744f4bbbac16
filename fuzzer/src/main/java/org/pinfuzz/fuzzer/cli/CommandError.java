// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

/**
 * A command that cannot be done. The message is shown alone, and the exit code is 1: what was being done, with which
 * value, what is wrong, what to do next.
 */
public final class CommandError extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CommandError(String message) {
        super(message);
    }

    public CommandError(String message, Throwable cause) {
        super(message, cause);
    }
}
