// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import static java.util.Objects.requireNonNull;

/**
 * How pages are pinned.
 *
 * @param by what pins them
 * @param write whether the device may write
 * @param longTerm whether the kernel was told that the pin may last
 */
public record PinMode(By by, boolean write, boolean longTerm) {
    /** What pins on behalf of a program. */
    public enum By {
        /** pinfuzz.ko. */
        MODULE(""),
        /** io_uring's fixed buffers. */
        IO_URING(" (io_uring)"),
        /** A descriptor of mempinfd: no device can get at its pages. */
        MEMPINFD(" (mempinfd)");

        private final String suffix;

        By(String suffix) {
            this.suffix = suffix;
        }
    }

    public PinMode {
        requireNonNull(by, "by is null");
    }

    /** The mode for people: {@code long-term write}. */
    public String text() {
        return (longTerm ? "long-term " : "short-term ") + (write ? "write" : "read") + by.suffix;
    }
}
