// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.inspection;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
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

    /**
     * The programs that guests need.
     *
     * @param tools what guests run in and are built with; kernels are fetched with this machine's own
     */
    public static List<ToolStatus> tools(Toolbox tools) {
        List<ToolStatus> needed = new ArrayList<>();
        needed.add(new ToolStatus("qemu-system-x86_64", "qemu-system-x86", "running guests", tools));
        if (tools instanceof HostTools) {
            // A container does both by what it is.
            needed.add(new ToolStatus("setsid", "util-linux", "keeping the terminal's interrupts from guests", tools));
            needed.add(new ToolStatus("setpriv", "util-linux", "ending guests with their owner", tools));
        }
        needed.add(new ToolStatus("prlimit", "util-linux", "bounding what guests write", tools));
        needed.add(new ToolStatus("gcc", "gcc", "building the agent and the module", tools));
        needed.add(new ToolStatus("make", "make", "building the module", tools));
        needed.add(new ToolStatus("xz", "xz-utils", "unpacking a kernel's modules", tools));
        needed.add(new ToolStatus("mke2fs", "e2fsprogs", "making guests a file system", tools));
        Toolbox host = new HostTools();
        needed.add(new ToolStatus("apt-get", "apt", "fetching kernels", host));
        needed.add(new ToolStatus("dpkg-deb", "dpkg", "unpacking kernels", host));
        return List.copyOf(needed);
    }

    /** What was found out about KVM since this machine's boot; empty when no guest was prepared since. */
    public Optional<Accelerator> accelerator() {
        return probe.known();
    }
}
