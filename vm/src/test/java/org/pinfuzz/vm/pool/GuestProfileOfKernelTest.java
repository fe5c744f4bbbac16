// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pinfuzz.vm.kernel.KernelConfig;

final class GuestProfileOfKernelTest {
    @Test
    void the_default_machine_is_taken_where_the_kernel_can_have_it() {
        KernelConfig config = new KernelConfig(Map.of("NUMA", "y", "HUGETLBFS", "y", "MIGRATION", "y"));
        assertThat(GuestProfile.firstFor(config)).isEqualTo(GuestProfile.DEFAULT);
    }

    @Test
    void another_machine_is_taken_where_the_default_one_is_not_possible() {
        KernelConfig config = new KernelConfig(Map.of("NUMA", "y", "HUGETLBFS", "y", "CMA", "y", "DMA_CMA", "y"));
        assertThat(GuestProfile.firstFor(config).name()).isEqualTo("cma");
    }

    @Test
    void the_plain_machine_is_possible_in_every_kernel() {
        KernelConfig nothing = new KernelConfig(Map.of("X86_64", "y"));
        assertThat(GuestProfile.PLAIN.missingIn(nothing)).isEmpty();
        assertThat(GuestProfile.firstFor(nothing)).isEqualTo(GuestProfile.PLAIN);
        assertThat(GuestProfile.named("plain")).contains(GuestProfile.PLAIN);
    }
}
