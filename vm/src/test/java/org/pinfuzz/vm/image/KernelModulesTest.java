// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.pinfuzz.vm.VmException;

final class KernelModulesTest {
    @Test
    void a_module_that_is_no_elf_file_is_an_error() {
        for (int length : new int[] {0, 10, 64, 500}) {
            byte[] nothing = new byte[length];
            assertThatThrownBy(() -> KernelModules.dependencies(nothing, Path.of("broken.ko")))
                    .isInstanceOf(VmException.class)
                    .hasMessageContaining("reading the module broken.ko failed");
        }
    }
}
