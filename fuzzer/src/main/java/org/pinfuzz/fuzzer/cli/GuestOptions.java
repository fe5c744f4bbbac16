// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that runs guests. */
public final class GuestOptions {
    private static final int MAX_GUESTS = 256;

    @Mixin
    private KernelChoice kernel = new KernelChoice();

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
            description = {
                "Load the module with a planted fault, to see that it is found: ${COMPLETION-CANDIDATES}.",
                "A clean run says nothing unless the same run finds these."
            })
    private Optional<Canary> canary = Optional.empty();

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

    int guests() {
        if (guests < 1 || guests > MAX_GUESTS) {
            throw new CommandError("--guests is " + guests + "; give a number from 1 to " + MAX_GUESTS);
        }
        return guests;
    }

    String canary() {
        return canary.orElse(Canary.none).toString();
    }

    /** Takes over what a finding was recorded with and the command line does not say otherwise. */
    void recorded(List<String> options) {
        kernel.recorded(options);
        for (int i = 0; i < options.size(); i++) {
            String value = i + 1 < options.size() ? options.get(i + 1) : "";
            switch (options.get(i)) {
                case "--canary" -> canary = canary.or(() -> canaryNamed(value));
                case "--no-module" -> noModule |= canary.isEmpty();
                default -> {}
            }
        }
    }

    private static Optional<Canary> canaryNamed(String name) {
        return Arrays.stream(Canary.values())
                .filter(known -> known.toString().equals(name))
                .findFirst();
    }

    /** The options that make the same guests again. */
    List<String> toRecord() {
        List<String> options = new ArrayList<>(kernel.toRecord());
        canary.filter(planted -> planted != Canary.none)
                .ifPresent(planted -> options.addAll(List.of("--canary", planted.toString())));
        if (noModule) {
            options.add("--no-module");
        }
        return options;
    }

    private GuestProfile profile() {
        Canary planted = canary.orElse(Canary.none);
        if (noModule && planted != Canary.none) {
            throw new CommandError("--canary " + planted + " needs the module, which --no-module leaves out; drop one");
        }
        Instruments instruments = noModule ? Instruments.DEFAULT.withoutModule() : Instruments.DEFAULT;
        return GuestProfile.DEFAULT.with(instruments.withCanary(planted.ordinal()));
    }

    GuestSession open(ProgressListener progress) {
        Installation installation = Installation.detect();
        GuestProfile profile = profile();
        return GuestSession.open(
                installation,
                kernel.find(installation, profile.instruments().module(), progress),
                profile,
                guests(),
                progress);
    }
}
