// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static java.util.Objects.requireNonNull;

/**
 * How guests' code is run on this machine.
 *
 * @param kind KVM or emulation
 * @param reason one line for users that says why
 */
public record Accelerator(Kind kind, String reason) {
    /** What QEMU can run a guest's code with. */
    public enum Kind {
        /** The processor runs it. */
        KVM,
        /** QEMU translates it. */
        TCG
    }

    public Accelerator {
        requireNonNull(kind, "kind is null");
        requireNonNull(reason, "reason is null");
    }
}
