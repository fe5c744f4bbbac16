// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinfuzz.vm.kernel.KernelConfig;

/** What a machine may be, what the kernel is told of it, and which kernels can have it. */
final class GuestProfileTest {
    private static GuestProfile profile(String name) {
        return GuestProfile.named(name).orElseThrow();
    }

    static Stream<Arguments> impossible() {
        return Stream.of(
                Arguments.of("equal shares", make(() -> GuestMemory.of(1023, 2))),
                Arguments.of("nodes are 1 to 8", make(() -> GuestMemory.of(1024, 0))),
                Arguments.of(
                        "at least 256 MiB must not be movable",
                        make(() -> GuestMemory.of(1024, 2).withMovable(1024))),
                Arguments.of("huge pages", make(() -> GuestMemory.of(1024, 2).withHugepages(3))),
                Arguments.of("huge pages", make(() -> GuestMemory.of(512, 2).withHugepages(200))),
                Arguments.of(
                        "more than half of the node",
                        make(() -> GuestMemory.of(1024, 2).withCma(256))),
                Arguments.of(
                        "leaves 128 MiB", make(() -> GuestMemory.of(1024, 2).withCma(400))),
                Arguments.of(
                        "a multiple of 4 MiB",
                        make(() -> GuestMemory.of(1024, 2).withCma(321))),
                Arguments.of(
                        "nothing is movable",
                        make(() -> GuestMemory.of(1024, 2).withMovable(256).withCma(320))),
                Arguments.of(
                        "a multiple of 128 MiB",
                        make(() -> GuestMemory.of(512, 2).withHotplug(128))),
                Arguments.of(
                        "nothing else is movable",
                        make(() -> GuestMemory.of(1024, 2).withMovable(256).withHotplug(256))),
                Arguments.of("at most half", make(() -> GuestMemory.of(512, 2).withSwap(300))));
    }

    private static Supplier<GuestMemory> make(Supplier<GuestMemory> memory) {
        return memory;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("impossible")
    void memory_that_the_kernel_would_not_divide_so_is_refused(String why, Supplier<GuestMemory> memory) {
        assertThatThrownBy(memory::get)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void a_guest_has_a_processor() {
        assertThatThrownBy(() -> new GuestProfile("none", GuestMemory.of(512, 1), 0, Instruments.DEFAULT))
                .hasMessageContaining("0 CPUs");
    }

    @Test
    void there_are_five_machines_with_names_of_their_own_and_movable_is_the_default() {
        assertThat(GuestProfile.all())
                .extracting(GuestProfile::name)
                .containsExactly("movable", "cma", "hotplug", "swap", "hugetlb");
        assertThat(GuestProfile.DEFAULT).isEqualTo(profile("movable"));
        assertThat(GuestProfile.named("moveable")).isEmpty();
    }

    @Test
    void the_kernel_is_told_what_it_must_know_and_the_agent_what_it_shall_find() {
        assertThat(profile("movable").kernelArguments())
                .contains(" movablecore=512M ", " pfz_nodes=2 ", " pfz_movable=1 ", " pfz_cma=0 ", " pfz_swap=0 ");
        // 320 MiB of the first node's 512, below its end and above the kernel.
        assertThat(profile("cma").kernelArguments())
                .contains(" cma=320M@144M cma_pernuma=0 ", " pfz_movable=0 ", " pfz_cma=320 ")
                .doesNotContain("movablecore");
        assertThat(profile("hotplug").kernelArguments())
                .contains(" memhp_default_state=online_movable ", " pfz_movable=1 ", " pfz_hotplug=512 ");
        assertThat(profile("swap").kernelArguments()).contains(" movablecore=512M ", " pfz_swap=256 ");
        assertThat(profile("hugetlb").kernelArguments()).contains(" hugepages=96 ", " pfz_hugepages=96 ");
    }

    @Test
    void no_kernel_tests_its_timer_against_a_clock_that_a_busy_host_slows_down() {
        assertThat(GuestProfile.all())
                .allSatisfy(profile -> assertThat(profile.kernelArguments()).contains(" no_timer_check "));
    }

    @Test
    void a_kernel_lacks_what_a_machine_needs_by_name() {
        KernelConfig stock = config("NUMA", "HUGETLBFS", "MIGRATION", "MEMORY_HOTPLUG", "ACPI_HOTPLUG_MEMORY", "SWAP");
        assertThat(profile("movable").missingIn(stock)).isEmpty();
        assertThat(profile("hugetlb").missingIn(stock)).isEmpty();
        assertThat(profile("hotplug").missingIn(stock)).isEmpty();
        assertThat(profile("cma").missingIn(stock)).containsExactly("CONFIG_CMA", "CONFIG_DMA_CMA");
        assertThat(profile("swap").missingIn(stock)).containsExactly("CONFIG_ZRAM");
        assertThat(GuestProfile.all())
                .allSatisfy(
                        machine -> assertThat(machine.missingIn(config("SMP"))).contains("CONFIG_NUMA"));
    }

    @Test
    void only_the_machine_with_swap_loads_its_modules() {
        assertThat(profile("swap").modules()).containsExactly("lzo_rle", "zram", "test_hmm");
        assertThat(profile("movable").modules()).containsExactly("test_hmm");
    }

    @Test
    void other_instruments_make_no_other_machine() {
        GuestProfile planted = profile("swap").with(Instruments.DEFAULT.withCanary(1));
        assertThat(planted.memory()).isEqualTo(profile("swap").memory());
        assertThat(planted.name()).isEqualTo("swap");
        assertThat(planted.kernelArguments()).contains(" pfz_canary=1");
    }

    private static KernelConfig config(String... options) {
        Map<String, String> set = new HashMap<>();
        List.of(options).forEach(option -> set.put(option, "y"));
        return new KernelConfig(set);
    }
}
