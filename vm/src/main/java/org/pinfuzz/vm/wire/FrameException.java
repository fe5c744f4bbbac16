// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.wire;

/**
 * Bytes from a guest are no frame. The message says which field, with which value. There is no way to find the next
 * frame behind such bytes: the guest is to be replaced.
 */
public final class FrameException extends Exception {
    private static final long serialVersionUID = 1;

    public FrameException(String message) {
        super(message);
    }
}
