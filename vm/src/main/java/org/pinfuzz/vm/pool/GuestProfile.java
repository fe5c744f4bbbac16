// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static java.util.Objects.requireNonNull;

import org.pinfuzz.vm.image.GuestImage;
import org.pinfuzz.vm.qemu.Accelerator;
import org.pinfuzz.vm.qemu.QemuCommand;

/**
 * The machine that a guest is to be, and what is loaded into it. The agent compares it with what the guest has, and
 * refuses to work in another one.
 *
 * @param name what users call the machine
 * @param memoryMib memory, MiB, in equal shares for the nodes
 * @param nodes memory nodes
 * @param cpus virtual CPUs
 * @param movableMib memory in ZONE_MOVABLE, MiB, spread over the nodes; 0 for none
 * @param hugepages huge pages of 2 MiB that are set aside at boot
 * @param instruments what is loaded and planted
 */
public record GuestProfile(
        String name, int memoryMib, int nodes, int cpus, int movableMib, int hugepages, Instruments instruments) {
    /** Two nodes, so that pages have where to migrate, each half movable; one CPU, so that runs repeat. */
    public static final GuestProfile DEFAULT = new GuestProfile("movable", 1024, 2, 1, 512, 8, Instruments.DEFAULT);

    /** The kernel and its tables need this much outside ZONE_MOVABLE; with less it boots but cannot pin. */
    private static final int LEAST_UNMOVABLE_MIB = 256;

    private static final int MOST_NODES = 8;

    public GuestProfile {
        requireNonNull(name, "name is null");
        requireNonNull(instruments, "instruments is null");
        if (nodes < 1 || nodes > MOST_NODES || cpus < 1 || memoryMib % nodes != 0) {
            throw new IllegalArgumentException("a guest of " + memoryMib + " MiB with " + nodes + " nodes and " + cpus
                    + " CPUs: nodes are 1 to " + MOST_NODES + " of equal shares, CPUs at least 1");
        }
        // At or above the memory size the kernel silently makes no ZONE_MOVABLE at all.
        if (movableMib < 0 || movableMib + LEAST_UNMOVABLE_MIB > memoryMib) {
            throw new IllegalArgumentException("a guest of " + memoryMib + " MiB with " + movableMib
                    + " MiB movable: at least " + LEAST_UNMOVABLE_MIB + " MiB must not be movable");
        }
        if (hugepages < 0) {
            throw new IllegalArgumentException("a guest with " + hugepages + " huge pages: they are 0 or more");
        }
    }

    /** The same machine with other instruments. */
    public GuestProfile with(Instruments others) {
        return new GuestProfile(name, memoryMib, nodes, cpus, movableMib, hugepages, others);
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
        // After a restore the watchdog of clocks would mistrust the only fast one.
        text.append(" tsc=reliable");
        if (movableMib > 0) {
            text.append(" movablecore=").append(movableMib).append('M');
        }
        text.append(" hugepages=").append(hugepages);
        // The declaration of docs/formats/wire.md: the kernel hands it to init as its environment.
        text.append(" pfz_nodes=").append(nodes);
        text.append(" pfz_movable=").append(movableMib > 0 ? 1 : 0);
        text.append(" pfz_hugepages=").append(hugepages);
        return text.append(instruments.kernelArguments()).toString();
    }

    /** The guest of this profile that boots an image. */
    QemuCommand command(GuestImage image, Accelerator.Kind accelerator) {
        requireNonNull(image, "image is null");
        return new QemuCommand(image, memoryMib, nodes, cpus, kernelArguments(), accelerator);
    }
}
