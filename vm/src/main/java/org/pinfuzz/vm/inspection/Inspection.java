// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.inspection;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.vm.HostCommand;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.VmException;
import org.pinfuzz.vm.image.ImageBuilder;
import org.pinfuzz.vm.kernel.CatalogueKernel;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.pool.GuestTemplates;
import org.pinfuzz.vm.qemu.Accelerator;
import org.pinfuzz.vm.qemu.AcceleratorProbe;
import org.pinfuzz.vm.qemu.RunDirectories;

/** Looks at what is there, and changes nothing: no download, no build, no guest. */
public final class Inspection {
    private final KernelStore store;
    private final ImageBuilder images;
    private final GuestTemplates templates;
    private final AcceleratorProbe probe;

    public Inspection(Installation installation, KernelStore store, RunDirectories directories) {
        this.store = requireNonNull(store, "store is null");
        this.images = new ImageBuilder(installation, directories.tools(), ProgressListener.SILENT);
        this.templates = new GuestTemplates(installation, directories, ProgressListener.SILENT);
        this.probe = new AcceleratorProbe(installation.cache(), directories);
    }

    /**
     * All kernels of the catalogue, by name.
     *
     * @throws VmException when a fetched kernel is damaged
     */
    public List<KernelStatus> kernels() {
        return store.catalogue().kernels().stream().map(this::status).toList();
    }

    private KernelStatus status(CatalogueKernel entry) {
        Optional<Kernel> fetched = store.find(entry.name());
        return new KernelStatus(
                entry,
                fetched,
                fetched.filter(images::moduleBuilt).isPresent(),
                fetched.map(templates::count).orElse(0));
    }

    /** The programs of the system that guests need. */
    public static List<ToolStatus> tools() {
        return List.of(
                tool("qemu-system-x86_64", "qemu-system-x86", "running guests"),
                tool("setsid", "util-linux", "keeping the terminal's interrupts from guests"),
                tool("setpriv", "util-linux", "ending guests with their owner"),
                tool("prlimit", "util-linux", "bounding what guests write"),
                tool("gcc", "gcc", "building the agent and the module"),
                tool("make", "make", "building the module"),
                tool("xz", "xz-utils", "unpacking a kernel's modules"),
                tool("apt-get", "apt", "fetching kernels"),
                tool("dpkg-deb", "dpkg", "unpacking kernels"));
    }

    private static ToolStatus tool(String program, String debianPackage, String neededFor) {
        return new ToolStatus(program, debianPackage, neededFor, HostCommand.available(program));
    }

    /** What was found out about KVM since this machine's boot; empty when no guest was prepared since. */
    public Optional<Accelerator> accelerator() {
        return probe.known();
    }
}
