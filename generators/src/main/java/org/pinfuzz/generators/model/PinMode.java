// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/**
 * How pages are pinned.
 *
 * @param ioUring by io_uring's fixed buffers, otherwise by the module
 * @param write whether the device may write
 * @param longTerm whether the kernel was told that the pin may last
 */
public record PinMode(boolean ioUring, boolean write, boolean longTerm) {
    /** The mode for people: {@code long-term write}. */
    public String text() {
        return (longTerm ? "long-term " : "short-term ") + (write ? "write" : "read") + (ioUring ? " (io_uring)" : "");
    }
}
