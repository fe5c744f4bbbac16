// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelVersionTest {
    @ParameterizedTest
    @CsvSource({"5.10.0-28-amd64, 5.10", "6.1, 6.1", "6.12-rc1, 6.12", "7.2.0-simulated, 7.2", "6.2+, 6.2"})
    void theVersionIsThatOfTheRelease(String release, String version) {
        assertThat(KernelVersion.parse(release)).hasToString(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6", "six.one", "v6.1", " 6.1", "6.1234", "99999999999.1"})
    void aTextWithoutAVersionIsRefused(String release) {
        assertThatThrownBy(() -> KernelVersion.parse(release))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("\"" + release + "\" does not start with a kernel version like 6.12");
    }

    @Test
    void versionsAreComparedAsNumbers() {
        assertThat(new KernelVersion(5, 19).atLeast(new KernelVersion(5, 9))).isTrue();
        assertThat(new KernelVersion(6, 2).atLeast(new KernelVersion(6, 12))).isFalse();
        assertThat(new KernelVersion(6, 0).atLeast(new KernelVersion(5, 19))).isTrue();
        assertThat(new KernelVersion(6, 1).atLeast(new KernelVersion(6, 1))).isTrue();
    }
}
