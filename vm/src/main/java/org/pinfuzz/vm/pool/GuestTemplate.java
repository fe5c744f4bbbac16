// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.pinfuzz.generators.wire.Hello;
import org.pinfuzz.vm.qemu.Accelerator;
import org.pinfuzz.vm.qemu.QemuCommand;

/**
 * A guest that was booted, said HELLO and was saved: every guest of its kind starts from it.
 *
 * @param profile what it has
 * @param command its QEMU
 * @param state its saved state
 * @param hello what its agent said
 * @param accelerator how it runs, and why so
 * @param bootMs how long it took from start to HELLO, ms; 0 when it was booted by an earlier process
 */
public record GuestTemplate(
        GuestProfile profile, QemuCommand command, Path state, Hello hello, Accelerator accelerator, long bootMs) {
    public GuestTemplate {
        requireNonNull(profile, "profile is null");
        requireNonNull(command, "command is null");
        requireNonNull(state, "state is null");
        requireNonNull(hello, "hello is null");
        requireNonNull(accelerator, "accelerator is null");
    }
}
