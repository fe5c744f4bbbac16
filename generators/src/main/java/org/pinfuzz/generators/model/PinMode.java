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
        MODULE("", true),
        /** io_uring's fixed buffers. */
        IO_URING(" (io_uring)", true),
        /** A descriptor of mempinfd: no device can get at its pages. */
        MEMPINFD(" (mempinfd)", true),
        /** The kernel's own test of pins. */
        GUP_TEST(" (gup_test)", true),
        /** memfd_pin_folios, by the file and no mapping. */
        MEMFD(" (memfd_pin_folios)", true),
        /** A pipe: references for reading. */
        VMSPLICE(" (vmsplice)", false),
        /** A page-cache lookup: references to pages of a file. */
        HOLD(" (page-cache hold)", false);

        private final String suffix;
        private final boolean pins;

        By(String suffix, boolean pins) {
            this.suffix = suffix;
            this.pins = pins;
        }

        /** Whether it pins (FOLL_PIN); otherwise it has plain references. */
        public boolean pins() {
            return pins;
        }
    }

    public PinMode {
        requireNonNull(by, "by is null");
    }

    /** Whether a device can write through it: the kernel's own test only reads. */
    public boolean deviceWrites() {
        return write && by != By.GUP_TEST;
    }

    /** The mode for people: {@code long-term write}. */
    public String text() {
        return (longTerm ? "long-term " : "short-term ") + (write ? "write" : "read") + by.suffix;
    }
}
