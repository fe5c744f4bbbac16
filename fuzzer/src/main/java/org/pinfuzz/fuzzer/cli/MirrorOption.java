// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.util.Optional;
import java.util.function.Supplier;
import org.pinfuzz.vm.kernel.Mirrors;
import picocli.CommandLine.Option;

/** The option {@code --mirror URL}, the same for every command that may fetch a kernel. */
public final class MirrorOption {
    @Option(
            names = "--mirror",
            paramLabel = "URL",
            description = "Where kernels are fetched from: a Debian archive; that of security updates is taken to be at"
                    + " the same address with -security behind it. Default: what this system's own apt is configured"
                    + " to use.")
    private Optional<String> address = Optional.empty();

    /** The mirrors; they are looked up when something must be fetched, since nothing else needs them. */
    public Supplier<Mirrors> mirrors() {
        return () -> address.map(Mirrors::of).orElseGet(Mirrors::ofSystem);
    }
}
