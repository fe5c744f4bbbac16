// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.wire.ExecutionLimits;
import org.pinfuzz.vm.HostTools;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.kernel.Mirrors;
import org.pinfuzz.vm.pool.GuestPool;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.GuestTemplate;
import org.pinfuzz.vm.pool.GuestTemplates;
import org.pinfuzz.vm.pool.PoolEvents;
import org.pinfuzz.vm.pool.PoolLimits;
import org.pinfuzz.vm.qemu.QemuVersion;
import org.pinfuzz.vm.qemu.RunDirectories;

/**
 * Guests of one kernel with one profile, from the catalogue's name to a pool that runs programs. The template is made
 * when the session is opened; the pool is there from the first program to {@link #rest}, and again from the next one.
 */
public final class GuestSession implements AutoCloseable {
    private final Kernel kernel;
    private final GuestTemplate template;
    private final RunDirectories directories;
    private final GuestRunner runner;
    private final int guests;
    private Optional<GuestPool> pool = Optional.empty();
    private PoolEvents before = PoolEvents.NONE;

    private GuestSession(Kernel kernel, GuestTemplate template, RunDirectories directories, int guests) {
        this.kernel = kernel;
        this.template = template;
        this.directories = directories;
        this.guests = guests;
        this.runner = new GuestRunner(this);
    }

    /**
     * Fetches, builds and boots what is missing, with the tools of this machine.
     *
     * @param kernelName a name of the catalogue
     * @throws org.pinfuzz.vm.VmException when any of that fails, with what to do
     */
    public static GuestSession open(
            Installation installation, String kernelName, GuestProfile profile, int guests, ProgressListener progress) {
        return open(installation, new HostTools(), kernelName, profile, guests, progress);
    }

    /**
     * Fetches, builds and boots what is missing.
     *
     * @param tools what guests run in and are built with; must outlive them
     * @param kernelName a name of the catalogue
     * @throws org.pinfuzz.vm.VmException when any of that fails, with what to do
     */
    public static GuestSession open(
            Installation installation,
            Toolbox tools,
            String kernelName,
            GuestProfile profile,
            int guests,
            ProgressListener progress) {
        requireNonNull(progress, "progress is null");
        return open(installation, tools, store(installation, progress).fetch(kernelName), profile, guests, progress);
    }

    /**
     * Builds and boots what is missing.
     *
     * @param tools what guests run in and are built with; must outlive them
     * @throws org.pinfuzz.vm.VmException when any of that fails, with what to do
     */
    public static GuestSession open(
            Installation installation,
            Toolbox tools,
            Kernel kernel,
            GuestProfile profile,
            int guests,
            ProgressListener progress) {
        requireNonNull(kernel, "kernel is null");
        requireNonNull(profile, "profile is null");
        RunDirectories directories = RunDirectories.ofUser().with(tools);
        GuestTemplate template = new GuestTemplates(installation, directories, progress).prepare(kernel, profile);
        return new GuestSession(kernel, template, directories, guests);
    }

    /** The kernels of the catalogue and of this machine. */
    public static KernelStore store(Installation installation, ProgressListener progress) {
        return new KernelStore(installation, Mirrors::ofSystem, progress);
    }

    public Kernel kernel() {
        return kernel;
    }

    /** The version that promises go by: that of the kernel which the guest says it runs. */
    public KernelVersion version() {
        return KernelVersion.parse(template.hello().kernelRelease());
    }

    public GuestProfile profile() {
        return template.profile();
    }

    /** What guests run in and are built with. */
    public Toolbox tools() {
        return directories.tools();
    }

    /** The QEMU that runs them. */
    public QemuVersion qemu() {
        return directories.qemu();
    }

    public GuestTemplate template() {
        return template;
    }

    /** The guests; a new pool of them if there is none now. */
    public synchronized GuestPool pool() {
        GuestPool open = pool.orElseGet(
                () -> GuestPool.open(template, guests, directories, ExecutionLimits.DEFAULT, PoolLimits.DEFAULT));
        pool = Optional.of(open);
        return open;
    }

    public GuestRunner runner() {
        return runner;
    }

    public int guests() {
        return guests;
    }

    /** What happened in all pools of this session. */
    public synchronized PoolEvents events() {
        PoolEvents all = pool.map(GuestPool::events).map(before::plus).orElse(before);
        // Each pool counts the boot of the template that it was opened with; there was one at most.
        return all.withBoots(template.bootMs() > 0 ? 1 : 0);
    }

    /** Ends the guests until there is work again. */
    public synchronized void rest() {
        pool.ifPresent(open -> {
            open.close();
            before = before.plus(open.events());
        });
        pool = Optional.empty();
    }

    @Override
    public void close() {
        rest();
    }
}
