// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DebianKernelTest {
    private static DebianKernel kernel(String abi) {
        return new DebianKernel("k", "k", abi, "cloud-amd64", List.of());
    }

    @Test
    void the_star_stands_for_digits_alone() {
        DebianKernel deb12 = kernel("6.12.*+deb12");
        assertThat(deb12.releaseOf("linux-image-6.12.117+deb12-cloud-amd64")).contains("6.12.117+deb12-cloud-amd64");
        assertThat(deb12.releaseOf("linux-image-6.12.90+deb12.1-cloud-amd64")).isEmpty();
        assertThat(kernel("6.1.0-*").releaseOf("linux-image-6.1.0-0.deb11.48-cloud-amd64"))
                .isEmpty();
    }

    @Test
    void packages_of_debug_symbols_and_unsigned_images_are_no_kernels() {
        assertThat(kernel("6.1.0-*").releaseOf("linux-image-6.1.0-56-cloud-amd64-dbg"))
                .isEmpty();
        assertThat(kernel("6.1.0-*").releaseOf("linux-image-6.1.0-56-cloud-amd64-unsigned"))
                .isEmpty();
    }

    @Test
    void releases_are_ordered_by_their_numbers() {
        assertThat(List.of("6.12.95+deb12", "6.12.117+deb12", "6.9.1", "6.12.117+deb12.1").stream()
                        .sorted(ReleaseOrder.INSTANCE))
                .containsExactly("6.9.1", "6.12.95+deb12", "6.12.117+deb12", "6.12.117+deb12.1");
    }
}
