// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static java.util.Objects.requireNonNull;

import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.wire.ExecutionLimits;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.kernel.KernelCatalogue;
import org.pinfuzz.vm.kernel.KernelStore;
import org.pinfuzz.vm.kernel.Mirrors;
import org.pinfuzz.vm.pool.GuestPool;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.GuestTemplate;
import org.pinfuzz.vm.pool.GuestTemplates;
import org.pinfuzz.vm.pool.PoolLimits;
import org.pinfuzz.vm.qemu.RunDirectories;

/** Guests of one kernel, from the catalogue's name to a pool that runs programs. */
public final class GuestSession implements AutoCloseable {
    private final Kernel kernel;
    private final GuestTemplate template;
    private final GuestPool pool;
    private final GuestRunner runner;
    private final int guests;

    private GuestSession(Kernel kernel, GuestTemplate template, GuestPool pool, int guests) {
        this.kernel = kernel;
        this.template = template;
        this.pool = pool;
        this.guests = guests;
        this.runner = new GuestRunner(pool, guests, version());
    }

    /**
     * Fetches, builds and boots what is missing, and opens a pool.
     *
     * @param kernelName a name of the catalogue
     * @throws org.pinfuzz.vm.VmException when any of that fails, with what to do
     */
    public static GuestSession open(
            Installation installation, String kernelName, GuestProfile profile, int guests, ProgressListener progress) {
        requireNonNull(progress, "progress is null");
        return open(installation, store(installation, progress).fetch(kernelName), profile, guests, progress);
    }

    /**
     * Builds and boots what is missing, and opens a pool.
     *
     * @throws org.pinfuzz.vm.VmException when any of that fails, with what to do
     */
    public static GuestSession open(
            Installation installation, Kernel kernel, GuestProfile profile, int guests, ProgressListener progress) {
        RunDirectories directories = RunDirectories.ofUser();
        GuestTemplate template = new GuestTemplates(installation, directories, progress).prepare(kernel, profile);
        GuestPool pool = GuestPool.open(template, guests, directories, ExecutionLimits.DEFAULT, PoolLimits.DEFAULT);
        return new GuestSession(kernel, template, pool, guests);
    }

    /** The kernels of the catalogue and of this machine. */
    public static KernelStore store(Installation installation, ProgressListener progress) {
        return new KernelStore(
                KernelCatalogue.read(installation.kernelCatalogue()),
                installation.cache(),
                Mirrors::ofSystem,
                progress);
    }

    public Kernel kernel() {
        return kernel;
    }

    /** The version that promises go by: that of the kernel which the guest says it runs. */
    public KernelVersion version() {
        return KernelVersion.parse(template.hello().kernelRelease());
    }

    public GuestTemplate template() {
        return template;
    }

    public GuestPool pool() {
        return pool;
    }

    public GuestRunner runner() {
        return runner;
    }

    public int guests() {
        return guests;
    }

    @Override
    public void close() {
        pool.close();
    }
}
