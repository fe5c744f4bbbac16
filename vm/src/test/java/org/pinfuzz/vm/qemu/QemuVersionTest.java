// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.pinfuzz.vm.VmException;

final class QemuVersionTest {
    private static QemuVersion version(String numbers) {
        return QemuVersion.parse("QEMU emulator version " + numbers + "\nCopyright of somebody\n");
    }

    @Test
    void the_first_line_is_what_tells_one_from_another() {
        QemuVersion version = version("7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)");
        assertThat(version).extracting(QemuVersion::major, QemuVersion::minor).containsExactly(7, 2);
        assertThat(version.text()).isEqualTo("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)");
    }

    @Test
    void states_are_opened_by_name_from_8_2_on() {
        assertThat(version("7.2.22").opensStates()).isFalse();
        assertThat(version("8.1.5").opensStates()).isFalse();
        assertThat(version("8.2.0").opensStates()).isTrue();
        assertThat(version("11.1.3 (Debian 1:11.1.3+ds-1)").opensStates()).isTrue();
    }

    @Test
    void what_is_no_qemu_is_told() {
        assertThatThrownBy(() -> QemuVersion.parse("command not found\n"))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("it says \"command not found\"");
    }
}
