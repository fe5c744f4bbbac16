// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.pinfuzz.vm.image.GuestImage;

/**
 * The command line of a guest's QEMU. The guest has no network and no disk: a serial console and a debug console that
 * go to files, and one virtio-serial port. File names are relative to the run directory, so that the same guest always
 * has the same arguments.
 *
 * @param image what it boots
 * @param memoryMib its memory, MiB, in equal shares for its nodes
 * @param nodes memory nodes; all virtual CPUs are in the first
 * @param hotplugMib memory in slots, MiB, in equal shares for its nodes; the kernel finds it after boot. 0 for none
 * @param cpus virtual CPUs
 * @param kernelArguments the kernel's command line
 * @param accelerator how its code is run
 */
public record QemuCommand(
        GuestImage image,
        int memoryMib,
        int nodes,
        int hotplugMib,
        int cpus,
        String kernelArguments,
        Accelerator.Kind accelerator) {
    static final String PORT_SOCKET = "port";
    static final String MONITOR_SOCKET = "qmp";
    static final String CONSOLE_FILE = "console";
    static final String ANNOUNCEMENT_FILE = "announced";

    public QemuCommand {
        requireNonNull(image, "image is null");
        requireNonNull(kernelArguments, "kernelArguments is null");
        requireNonNull(accelerator, "accelerator is null");
        if (nodes < 1 || cpus < 1 || memoryMib < nodes || memoryMib % nodes != 0) {
            throw new IllegalArgumentException("a guest of " + memoryMib + " MiB in " + nodes + " nodes with " + cpus
                    + " CPUs: each must be at least 1, and nodes have equal shares");
        }
        if (hotplugMib < 0 || hotplugMib % nodes != 0) {
            throw new IllegalArgumentException("a guest with " + hotplugMib + " MiB in slots of " + nodes
                    + " nodes: nodes have equal shares of what is not negative");
        }
    }

    /** The same guest, run in another way. */
    QemuCommand under(Accelerator.Kind other) {
        return new QemuCommand(image, memoryMib, nodes, hotplugMib, cpus, kernelArguments, other);
    }

    /** The program and its arguments, to boot. */
    public List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of("qemu-system-x86_64", "-machine", "q35"));
        switch (accelerator) {
            // A plain AMD model: under emulation forks are a quarter faster than with "max", and a model of Intel's
            // makes the kernel isolate its page tables, which makes each system call twenty times slower (measured).
            case TCG -> arguments.addAll(List.of("-accel", "tcg", "-cpu", "qemu64"));
            case KVM -> arguments.addAll(List.of("-accel", "kvm", "-cpu", "host"));
        }
        String slots = hotplugMib > 0 ? ",slots=" + nodes + ",maxmem=" + (memoryMib + hotplugMib) + "M" : "";
        arguments.addAll(List.of("-smp", Integer.toString(cpus), "-m", memoryMib + "M" + slots));
        for (int node = 0; node < nodes; node++) {
            arguments.addAll(List.of(
                    "-object",
                    "memory-backend-ram,id=m" + node + ",size=" + memoryMib / nodes + "M",
                    "-numa",
                    "node,nodeid=" + node + ",memdev=m" + node + (node == 0 ? ",cpus=0-" + (cpus - 1) : "")));
        }
        for (int node = 0; hotplugMib > 0 && node < nodes; node++) {
            arguments.addAll(List.of(
                    "-object",
                    "memory-backend-ram,id=slot" + node + ",size=" + hotplugMib / nodes + "M",
                    "-device",
                    "pc-dimm,id=dimm" + node + ",memdev=slot" + node + ",node=" + node));
        }
        arguments.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-nic", "none", "-no-reboot"));
        arguments.addAll(
                List.of("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"));
        arguments.addAll(List.of(
                "-chardev", "file,id=console,path=" + CONSOLE_FILE,
                "-serial", "chardev:console",
                "-chardev", "file,id=announced,path=" + ANNOUNCEMENT_FILE,
                "-device", "isa-debugcon,iobase=0x402,chardev=announced",
                "-chardev", "socket,id=port,path=" + PORT_SOCKET,
                "-device", "virtio-serial-pci,id=serial",
                "-device", "virtserialport,bus=serial.0,chardev=port,name=pinfuzz.0",
                "-chardev", "socket,id=qmp,path=" + MONITOR_SOCKET,
                "-mon", "chardev=qmp,mode=control"));
        arguments.addAll(List.of(
                "-kernel", image.kernel().image().toString(),
                "-initrd", image.initramfs().toString(),
                "-append", kernelArguments));
        return List.copyOf(arguments);
    }

    /**
     * The same guest, to go on from a state that is its standard input. QEMU 7.2 cannot open a state by its name; later
     * ones no longer take a descriptor of a file, and want the name.
     */
    List<String> restoring(QemuVersion qemu) {
        List<String> arguments = new ArrayList<>(arguments());
        arguments.addAll(List.of("-incoming", qemu.opensStates() ? "file:/dev/stdin" : "fd:0"));
        return arguments;
    }
}
