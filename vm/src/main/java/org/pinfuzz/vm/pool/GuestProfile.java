// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.pinfuzz.vm.image.GuestImage;
import org.pinfuzz.vm.kernel.KernelConfig;
import org.pinfuzz.vm.qemu.Accelerator;
import org.pinfuzz.vm.qemu.QemuCommand;

/**
 * The machine that a guest is to be, and what is loaded into it. The agent compares it with what the guest has, and
 * refuses to work in another one. The machines are described in docs/profiles.md.
 *
 * @param name what users call the machine
 * @param memory its memory
 * @param cpus virtual CPUs
 * @param instruments what is loaded and planted
 */
public record GuestProfile(String name, GuestMemory memory, int cpus, Instruments instruments) {
    /**
     * Huge pages of the pool: some for the agent's own memory, so that a new task faults once instead of page by page, and
     * some for programs.
     */
    private static final int HUGEPAGES = 40;

    /** Two nodes, so that pages have where to migrate, each half movable; one CPU, so that runs repeat. */
    public static final GuestProfile DEFAULT =
            profile("movable", GuestMemory.of(1024, 2).withMovable(512).withHugepages(HUGEPAGES));

    /**
     * All machines, in the order in which a campaign takes them. What they have beside their own: two nodes, and huge
     * pages for the agent. The swap device's pages are movable, so that what comes back from it must leave before a
     * long-term pin.
     */
    private static final List<GuestProfile> ALL = List.of(
            DEFAULT,
            profile("cma", GuestMemory.of(1024, 2).withCma(320).withHugepages(HUGEPAGES)),
            profile("hotplug", GuestMemory.of(512, 2).withHotplug(512).withHugepages(HUGEPAGES)),
            profile(
                    "swap",
                    GuestMemory.of(1024, 2).withMovable(512).withSwap(256).withHugepages(HUGEPAGES)),
            profile("hugetlb", GuestMemory.of(1024, 2).withHugepages(96)));

    /** What every kernel can have, one node without anything: for kernels that can have none of the others. */
    public static final GuestProfile PLAIN = profile("plain", GuestMemory.of(512, 1));

    public GuestProfile {
        requireNonNull(name, "name is null");
        requireNonNull(memory, "memory is null");
        requireNonNull(instruments, "instruments is null");
        if (cpus < 1) {
            throw new IllegalArgumentException("a guest with " + cpus + " CPUs: it has at least 1");
        }
    }

    private static GuestProfile profile(String name, GuestMemory memory) {
        return new GuestProfile(name, memory, 1, Instruments.DEFAULT);
    }

    /** All machines that there are, with the default instruments. */
    public static List<GuestProfile> all() {
        return ALL;
    }

    public static Optional<GuestProfile> named(String name) {
        return withPlain().filter(profile -> profile.name().equals(name)).findFirst();
    }

    /** The names that {@link #named} knows. */
    public static List<String> names() {
        return withPlain().map(GuestProfile::name).toList();
    }

    private static Stream<GuestProfile> withPlain() {
        return Stream.concat(ALL.stream(), Stream.of(PLAIN));
    }

    /** The first machine that a kernel of this configuration can have, the default one if it can. */
    public static GuestProfile firstFor(KernelConfig config) {
        return ALL.stream()
                .filter(profile -> profile.missingIn(config).isEmpty())
                .findFirst()
                .orElse(PLAIN);
    }

    /** The same machine with other instruments. */
    public GuestProfile with(Instruments others) {
        return new GuestProfile(name, memory, cpus, others);
    }

    /** A kernel option that a machine stands on. */
    private record Need(boolean needed, String option) {}

    /** The options that a kernel would need for this machine and does not have; empty when it can have it. */
    public List<String> missingIn(KernelConfig config) {
        List<String> missing = new ArrayList<>();
        List.of(
                        new Need(memory.nodes() > 1, "NUMA"),
                        new Need(memory.hugepages() > 0, "HUGETLBFS"),
                        new Need(memory.movableMib() > 0, "MIGRATION"),
                        new Need(memory.cmaMib() > 0, "CMA"),
                        // Reads cma= from the command line.
                        new Need(memory.cmaMib() > 0, "DMA_CMA"),
                        new Need(memory.hotplugMib() > 0, "MEMORY_HOTPLUG"),
                        new Need(memory.hotplugMib() > 0, "ACPI_HOTPLUG_MEMORY"),
                        new Need(memory.swapMib() > 0, "SWAP"),
                        new Need(memory.swapMib() > 0, "ZRAM"))
                .forEach(need -> {
                    if (need.needed() && !config.enabled(need.option())) {
                        missing.add("CONFIG_" + need.option());
                    }
                });
        return missing;
    }

    /** Modules that a guest loads at boot where its kernel has them as modules. */
    List<String> modules() {
        // Before 6.12 zram compresses through the crypto interface, which would load its part by itself if it could.
        Stream<String> swap = memory.swapMib() > 0 ? Stream.of("lzo_rle", "zram") : Stream.of();
        // The kernel's own test of HMM: without our module nobody could tell what is in its memory.
        Stream<String> hmm = instruments.module() ? Stream.of("test_hmm") : Stream.of();
        return Stream.concat(swap, hmm).toList();
    }

    /** The kernel's command line. */
    String kernelArguments() {
        StringBuilder text = new StringBuilder("console=ttyS0");
        // Warnings and worse; what booting tells costs time on an emulated serial line.
        text.append(" loglevel=5");
        // A kernel that went wrong must not go on, and with -no-reboot its end is QEMU's. A WARN is no end: it is seen
        // in the console, and the programs of its batch are run again.
        text.append(" oops=panic panic=-1");
        // A kernel image placed high puts its zero page into ZONE_MOVABLE, which looks like a fault of pinning.
        text.append(" nokaslr");
        // What moves or merges pages by itself would be taken for a program's doing.
        text.append(" transparent_hugepage=never numa_balancing=disable");
        // An emulated processor leaks nothing, and every return would pay for not leaking it.
        text.append(" mitigations=off");
        // On a host that is busy the emulated timer falls behind, and the kernel would panic for want of one
        // (check_timer, arch/x86/kernel/apic/io_apic.c).
        text.append(" no_timer_check");
        // After a restore the watchdog of clocks would mistrust the only fast one.
        text.append(" tsc=reliable");
        text.append(memory.kernelArguments());
        // The declaration of docs/formats/wire.md: the kernel hands it to init as its environment.
        text.append(memory.declaration());
        return text.append(instruments.kernelArguments()).toString();
    }

    /** The guest of this profile that boots an image. */
    QemuCommand command(GuestImage image, Accelerator.Kind accelerator) {
        requireNonNull(image, "image is null");
        return new QemuCommand(
                image, memory.mib(), memory.nodes(), memory.hotplugMib(), cpus, kernelArguments(), accelerator);
    }
}
