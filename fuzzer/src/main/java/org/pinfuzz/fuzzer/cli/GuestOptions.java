// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.util.Locale;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;
import picocli.CommandLine.Option;

/** The options of every command that runs guests. */
public final class GuestOptions {
    private static final int MAX_GUESTS = 256;

    @Option(
            names = "--kernel",
            paramLabel = "NAME",
            defaultValue = "debian-6.12",
            description = "Kernel of the catalogue, see `pinfuzz kernels`. Default: ${DEFAULT-VALUE}.")
    private String kernel = "";

    @Option(
            names = "--guests",
            paramLabel = "N",
            description = "Guests that run at the same time. Default: one for each processor of this machine.")
    private int guests = Runtime.getRuntime().availableProcessors();

    @Option(names = "--no-module", description = "Leave pinfuzz.ko out: pins by io_uring only, facts from /proc.")
    private boolean noModule;

    @Option(
            names = "--canary",
            paramLabel = "FAULT",
            defaultValue = "none",
            description = {
                "Load the module with a planted fault, to see that it is found: ${COMPLETION-CANDIDATES}.",
                "A clean run says nothing unless the same run finds these."
            })
    private Canary canary = Canary.none;

    /** Planted faults; the order is that of enum pfz_canary in kmod/pinfuzz_uapi.h. */
    enum Canary {
        none,
        forgotten_pin,
        stray_write,
        lying_zone;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    String kernel() {
        return kernel;
    }

    int guests() {
        if (guests < 1 || guests > MAX_GUESTS) {
            throw new CommandError("--guests is " + guests + "; give a number from 1 to " + MAX_GUESTS);
        }
        return guests;
    }

    String canary() {
        return canary.toString();
    }

    GuestProfile profile() {
        if (noModule && canary != Canary.none) {
            throw new CommandError("--canary " + canary + " needs the module, which --no-module leaves out; drop one");
        }
        GuestProfile profile = noModule ? GuestProfile.DEFAULT.withoutModule() : GuestProfile.DEFAULT;
        return canary == Canary.none ? profile : profile.withCanary(canary.ordinal());
    }

    GuestSession open(ProgressListener progress) {
        return GuestSession.open(Installation.detect(), kernel, profile(), guests(), progress);
    }
}
