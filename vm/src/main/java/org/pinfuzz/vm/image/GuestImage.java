// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.pinfuzz.vm.kernel.Kernel;

/**
 * What QEMU boots.
 *
 * @param kernel the kernel
 * @param initramfs its first file system: agent and modules
 * @param withModule whether pinfuzz.ko is in it
 * @param digest of the agent, the modules and the kernel's packages
 */
public record GuestImage(Kernel kernel, Path initramfs, boolean withModule, String digest) {
    public GuestImage {
        requireNonNull(kernel, "kernel is null");
        requireNonNull(initramfs, "initramfs is null");
        requireNonNull(digest, "digest is null");
    }
}
