// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class CpioTest {
    @Test
    void an_archive_has_the_bytes_of_the_new_ascii_form() {
        byte[] archive = new Cpio()
                .directory("dev")
                .executable("init", "#!\n".getBytes(StandardCharsets.US_ASCII))
                .finish();
        // Written by hand from the kernel's description of the form.
        String golden = "070701" + "00000001" + "000041ED" + "00000000".repeat(2) + "00000002" + "00000000".repeat(6)
                + "00000004" + "00000000" + "dev\0" + "\0\0"
                + "070701" + "00000002" + "000081ED" + "00000000".repeat(2) + "00000001" + "00000000" + "00000003"
                + "00000000".repeat(4) + "00000005" + "00000000" + "init\0" + "\0" + "#!\n" + "\0"
                + "070701" + "00000000".repeat(4) + "00000001" + "00000000".repeat(6) + "0000000B" + "00000000"
                + "TRAILER!!!\0" + "\0\0\0";
        assertThat(new String(archive, StandardCharsets.US_ASCII)).isEqualTo(golden);
    }
}
