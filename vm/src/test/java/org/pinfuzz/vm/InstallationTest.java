// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class InstallationTest {
    private static final Path HOME = Path.of("/users/u");

    @Test
    void the_cache_is_where_its_own_variable_says_then_where_the_desktop_says_then_at_home() {
        assertThat(Installation.cacheFrom(Map.of("PINFUZZ_CACHE", "/a", "XDG_CACHE_HOME", "/b"), HOME))
                .isEqualTo(Path.of("/a"));
        assertThat(Installation.cacheFrom(Map.of("PINFUZZ_CACHE", "", "XDG_CACHE_HOME", "/b"), HOME))
                .isEqualTo(Path.of("/b/pinfuzz"));
        assertThat(Installation.cacheFrom(Map.of(), HOME)).isEqualTo(Path.of("/users/u/.cache/pinfuzz"));
    }
}
