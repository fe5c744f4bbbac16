// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.kernel.Kernel;

/** Kernels that tests use if they are on this machine: tests build none, and skip with what to do instead. */
public final class KernelHere {
    private KernelHere() {}

    /** A kernel of the catalogue; the test is skipped where it is not here. */
    public static Kernel orSkip(String name) {
        Optional<Kernel> here;
        try {
            here = GuestSession.store(Installation.detect(), ProgressListener.SILENT)
                    .find(name);
        } catch (VmException e) {
            here = Optional.empty();
        }
        assumeTrue(
                here.isPresent(),
                () -> "the kernel " + name + " is not on this machine; ./pinfuzz kernels build " + name);
        return here.orElseThrow();
    }
}
