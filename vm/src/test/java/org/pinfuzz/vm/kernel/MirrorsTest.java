// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinfuzz.vm.VmException;

final class MirrorsTest {
    @TempDir
    Path etc;

    private Path parts;
    private Path keyring;

    @BeforeEach
    void emptyConfiguration() throws IOException {
        parts = Files.createDirectory(etc.resolve("sources.list.d"));
        keyring = Files.writeString(etc.resolve("keys.gpg"), "keys");
    }

    @Test
    void mirrors_are_read_from_deb822_sources() throws IOException {
        Files.writeString(parts.resolve("debian.sources"), """
                # a comment
                Types: deb deb-src
                URIs: http://mirror.example/debian/
                Suites: bookworm bookworm-updates
                Components: main
                 contrib
                Signed-By: %s

                Types: deb
                URIs: http://mirror.example/debian-security
                Suites: bookworm-security
                Components: main
                Signed-By: %s

                Enabled: no
                Types: deb
                URIs: http://disabled.example/debian
                Suites: bookworm
                Components: main
                """.formatted(keyring, keyring));
        assertThat(Mirrors.fromConfiguration(etc))
                .isEqualTo(
                        new Mirrors("http://mirror.example/debian", "http://mirror.example/debian-security", keyring));
    }

    @Test
    void mirrors_are_read_from_lines() throws IOException {
        Files.writeString(etc.resolve("sources.list"), """
                deb-src http://source.example/debian trixie main
                deb [arch=amd64 signed-by=%s] https://mirror.example/debian trixie main contrib # main one
                deb [ signed-by=%s ] https://security.example/debian-security trixie-security main
                """.formatted(keyring, keyring));
        assertThat(Mirrors.fromConfiguration(etc))
                .isEqualTo(new Mirrors(
                        "https://mirror.example/debian", "https://security.example/debian-security", keyring));
    }

    @Test
    void sources_of_other_archives_are_passed_over() throws IOException {
        Files.writeString(etc.resolve("sources.list"), """
                deb https://packages.example/apt stable main
                deb [signed-by=%s] https://mirror.example/debian bookworm main
                """.formatted(keyring));
        assertThat(Mirrors.fromConfiguration(etc).debian()).isEqualTo("https://mirror.example/debian");
    }

    @Test
    void a_system_without_debian_sources_is_told_to_name_a_mirror() throws IOException {
        Files.writeString(etc.resolve("sources.list"), "deb http://other.example/ubuntu noble main\n");
        assertThatThrownBy(() -> Mirrors.fromConfiguration(etc))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("no source there has a Debian suite; name another mirror: pinfuzz kernels fetch");
    }

    @Test
    void what_is_no_address_is_refused_as_a_mirror() {
        assertThatThrownBy(() -> Mirrors.of("not an address"))
                .isInstanceOf(VmException.class)
                .hasMessageContaining("taking the mirror \"not an address\" failed");
    }
}
