// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import java.util.Set;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;

/** Kernels that tests use if they are on this machine. */
public final class TestKernels {
    /** Set by {@code ./pinfuzz test --with-kernels}. */
    private static final String BUILD_PROPERTY = "pinfuzz.withKernels";

    /** What tests may build; the instrumented kernels would take an hour. */
    private static final Set<String> BUILT_WHEN_ASKED = Set.of("pin-6.12", "pin-7.2");

    private TestKernels() {}

    /**
     * A kernel that is here, or that is built now because that was asked for, and for which modules can be built; else the
     * test is skipped.
     */
    public static Kernel require(String name) {
        KernelStore store = new KernelStore(Installation.detect(), Mirrors::ofSystem, ProgressListener.SILENT);
        if (Boolean.getBoolean(BUILD_PROPERTY) && BUILT_WHEN_ASKED.contains(name)) {
            return store.fetch(name);
        }
        Optional<Kernel> here = store.find(name);
        String command = store.catalogue().kernel(name) instanceof SourceKernel ? "build" : "fetch";
        assumeTrue(
                here.isPresent(), () -> "the kernel is not on this machine; ./pinfuzz kernels " + command + " " + name);
        Kernel kernel = here.orElseThrow();
        assumeTrue(
                ModuleCompiler.find(kernel, new HostTools()).isPresent(),
                () -> "no compiler on this machine builds modules for it; it was built with " + kernel.compiler());
        return kernel;
    }
}
