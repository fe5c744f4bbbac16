// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

/**
 * Something that guests need could not be had: a kernel, a tool, a build, a guest that starts. The message is for
 * users: what was being done, with which value, what is wrong, what to do next.
 */
public final class VmException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public VmException(String message) {
        super(message);
    }

    public VmException(String message, Throwable cause) {
        super(message, cause);
    }
}
