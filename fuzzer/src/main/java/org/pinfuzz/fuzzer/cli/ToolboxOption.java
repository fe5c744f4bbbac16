// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.container.ContainerTools;
import org.pinfuzz.vm.qemu.RunDirectories;
import picocli.CommandLine.Option;

/** The option {@code --in-container}, the same for every command that runs guests. */
public final class ToolboxOption {
    private static final String NAME = "--in-container";

    @Option(
            names = NAME,
            negatable = true,
            description = {
                "Run QEMU and the compilers of module and agent from an image instead of this machine's own, see"
                        + " docs/containers.md. Needs a container engine; the first time, the image is made.",
                "Default: as the finding was recorded, else this machine's."
            })
    private Optional<Boolean> inContainer = Optional.empty();

    private boolean chosen() {
        return inContainer.orElse(false);
    }

    /** Takes over what a finding was recorded with, if the command line says nothing. */
    void recorded(List<String> options) {
        if (inContainer.isEmpty() && options.contains(NAME)) {
            inContainer = Optional.of(true);
        }
    }

    /** The options that choose the same tools again. */
    List<String> toRecord() {
        return chosen() ? List.of(NAME) : List.of();
    }

    /**
     * The tools; whoever asked for them closes them.
     *
     * @param kernelDirectories what of a kernel of the user's they must see
     * @throws org.pinfuzz.vm.VmException when no container can be started, with what to do
     */
    Toolbox open(Installation installation, Supplier<List<Path>> kernelDirectories, ProgressListener progress) {
        return chosen()
                ? ContainerTools.start(installation, RunDirectories.ofUser(), kernelDirectories.get(), progress)
                : new HostTools();
    }
}
