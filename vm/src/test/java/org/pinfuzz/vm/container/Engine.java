// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.container;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import java.util.List;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.qemu.RunDirectories;

/** Containers for tests, on machines whose engine really starts one. */
final class Engine {
    private Engine() {}

    /** The tools in a container; without an engine the test is skipped, with the reason. */
    static ContainerTools start(RunDirectories directories, Path... readOnly) {
        try {
            ContainerEngine.find();
        } catch (VmException e) {
            abort(e.getMessage());
        }
        return ContainerTools.start(Installation.detect(), directories, List.of(readOnly), ProgressListener.SILENT);
    }
}
