// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.container;

import static org.junit.jupiter.api.Assumptions.abort;

import com.github.dockerjava.api.exception.DockerException;
import java.nio.file.Path;
import java.util.List;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.qemu.RunDirectories;

/** Containers for tests, on machines whose engine really starts one. */
final class Engine {
    private Engine() {}

    /**
     * The tools in a container. Where there is no engine, or it answers but starts no container, the test is skipped with
     * the reason; a container that starts and does not do what it should fails it.
     */
    static ContainerTools start(RunDirectories directories, Path... readOnly) {
        try {
            ContainerEngine.find();
        } catch (VmException e) {
            abort(e.getMessage());
        }
        try {
            return ContainerTools.start(Installation.detect(), directories, List.of(readOnly), ProgressListener.SILENT);
        } catch (VmException e) {
            if (e.getCause() instanceof DockerException) {
                abort(e.getMessage());
            }
            throw e;
        }
    }
}
