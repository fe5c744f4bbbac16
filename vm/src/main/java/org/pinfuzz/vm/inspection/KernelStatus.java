// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.inspection;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.pinfuzz.vm.kernel.CatalogueKernel;
import org.pinfuzz.vm.kernel.Kernel;

/**
 * How far a kernel of the catalogue is prepared on this machine.
 *
 * @param entry what the catalogue says of it
 * @param fetched the kernel, once it was fetched
 * @param moduleBuilt whether pinfuzz.ko of the present sources is built for it
 * @param templates saved guests of it that can be started from
 */
public record KernelStatus(CatalogueKernel entry, Optional<Kernel> fetched, boolean moduleBuilt, int templates) {
    public KernelStatus {
        requireNonNull(entry, "entry is null");
        requireNonNull(fetched, "fetched is null");
    }
}
