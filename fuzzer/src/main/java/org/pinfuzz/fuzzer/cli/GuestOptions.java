// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.pinfuzz.fuzzer.guest.GuestSession;
import org.pinfuzz.fuzzer.guest.GuestSessions;
import org.pinfuzz.fuzzer.guest.TestProof;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.Instruments;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that runs guests. */
public final class GuestOptions {
    private static final int MAX_GUESTS = 256;

    @Mixin
    private KernelChoice kernel = new KernelChoice();

    @Mixin
    private ToolboxOption toolbox = new ToolboxOption();

    @Option(
            names = "--guests",
            paramLabel = "N",
            description = "Guests that run at the same time. Default: one for each processor of this machine.")
    private int guests = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            split = ",",
            description = {
                "Machine that the guests are, see docs/profiles.md: movable, cma, hotplug, swap, hugetlb or plain. A"
                        + " campaign takes several, separated by commas, and rotates through them.",
                "Default: of a campaign all that the kernel can have; otherwise that of the finding, else movable."
            })
    private List<String> profiles = new ArrayList<>();

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

    @Option(
            names = "--mutant",
            paramLabel = "NAME",
            description = "Take one protection of the kernel away, see docs/mutants.md; only kernels with switches, as"
                    + " mutants-6.12, have any.")
    private Optional<String> mutant = Optional.empty();

    @Option(
            names = "--mempinfd",
            paramLabel = "EDITION",
            description = {
                "Which mempinfd the guest has: ${COMPLETION-CANDIDATES}. rfc behaves as the posted version does, flaws"
                        + " included; strict mends them. Default: strict."
            })
    private Optional<Edition> mempinfd = Optional.empty();

    /** Editions of mempinfd. */
    enum Edition {
        rfc(Instruments.Mempinfd.RFC),
        strict(Instruments.Mempinfd.STRICT);

        private final Instruments.Mempinfd instrument;

        Edition(Instruments.Mempinfd instrument) {
            this.instrument = instrument;
        }
    }

    /** Planted faults; the order is that of enum pfz_canary in kmod/pinfuzz_uapi.h. */
    enum Canary {
        none,
        forgotten_pin,
        stray_write,
        lying_zone,
        warn,
        bug,
        hang,
        kasan;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    int guests() {
        return requireGuests(guests);
    }

    /** A number of guests that a machine can be asked for. */
    static int requireGuests(int guests) {
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
        toolbox.recorded(options);
        for (int i = 0; i < options.size(); i++) {
            String value = i + 1 < options.size() ? options.get(i + 1) : "";
            switch (options.get(i)) {
                case "--profile" -> {
                    if (profiles.isEmpty()) {
                        profiles = List.of(value);
                    }
                }
                case "--canary" -> canary = canary.or(() -> canaryNamed(value));
                case "--mutant" -> mutant = mutant.or(() -> Optional.of(value));
                case "--mempinfd" ->
                    mempinfd = mempinfd.or(() -> Arrays.stream(Edition.values())
                            .filter(edition -> edition.name().equals(value))
                            .findFirst());
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

    /** The options that make the guests of a profile again. */
    List<String> toRecord(GuestProfile profile) {
        List<String> options = new ArrayList<>(kernel.toRecord());
        options.addAll(List.of("--profile", profile.name()));
        canary.filter(planted -> planted != Canary.none)
                .ifPresent(planted -> options.addAll(List.of("--canary", planted.toString())));
        mutant.ifPresent(name -> options.addAll(List.of("--mutant", name)));
        mempinfd.filter(edition -> edition != Edition.strict)
                .ifPresent(edition -> options.addAll(List.of("--mempinfd", edition.name())));
        if (noModule) {
            options.add("--no-module");
        }
        options.addAll(toolbox.toRecord());
        return options;
    }

    /** What is loaded into the guests, whatever machine they are. */
    private Instruments instruments() {
        Canary planted = canary.orElse(Canary.none);
        if (noModule && planted != Canary.none) {
            throw new CommandError("--canary " + planted + " needs the module, which --no-module leaves out; drop one");
        }
        Instruments instruments = noModule ? Instruments.DEFAULT.withoutModule() : Instruments.DEFAULT;
        try {
            return mutant.map(instruments::withMutant)
                    .orElse(instruments)
                    .withCanary(planted.ordinal())
                    .withMempinfd(mempinfd.orElse(Edition.strict).instrument);
        } catch (IllegalArgumentException e) {
            throw new CommandError("--mutant: " + e.getMessage(), e);
        }
    }

    private static GuestProfile named(String name) {
        return GuestProfile.named(name)
                .orElseThrow(() -> new CommandError("--profile is " + name + ", which is no profile; there are "
                        + String.join(", ", GuestProfile.names())));
    }

    /** The profiles that are asked for, each of which the kernel must be able to have. */
    private List<GuestProfile> wanted(Kernel chosen) {
        List<GuestProfile> wanted =
                profiles.stream().distinct().map(GuestOptions::named).toList();
        for (GuestProfile profile : wanted) {
            List<String> missing = profile.missingIn(chosen.config());
            if (!missing.isEmpty()) {
                throw new CommandError("--profile asks for " + profile.name() + ", which " + chosen.name()
                        + " cannot have: it is configured without " + String.join(", ", missing)
                        + "; use another kernel or profile");
            }
        }
        return wanted;
    }

    /**
     * What guests run in and are built with; outlives them, and is closed by the caller. Options that contradict each
     * other are told before anything is started.
     */
    Toolbox tools(ProgressListener progress) {
        profiles.forEach(GuestOptions::named);
        instruments();
        guests();
        Installation installation = Installation.detect();
        return toolbox.open(installation, () -> kernel.directories(installation), progress);
    }

    /** Guests of one profile, for commands that run single programs. */
    GuestSession open(Toolbox tools, ProgressListener progress) {
        if (profiles.size() > 1) {
            throw new CommandError("--profile names " + profiles + ", but this command runs in one; name one");
        }
        Instruments instruments = instruments();
        Installation installation = Installation.detect();
        Kernel chosen = kernel.find(installation, tools, instruments.module(), progress);
        GuestProfile profile =
                wanted(chosen).stream().findFirst().orElseGet(() -> GuestProfile.firstFor(chosen.config()));
        return GuestSession.open(installation, tools, chosen, profile.with(instruments), guests(), progress);
    }

    /** The machine that is asked for, without guests of it. */
    TestProof.Machine machine(Toolbox tools, ProgressListener progress) {
        Instruments instruments = instruments();
        Installation installation = Installation.detect();
        Kernel chosen = kernel.find(installation, tools, instruments.module(), progress);
        GuestProfile profile =
                wanted(chosen).stream().findFirst().orElseGet(() -> GuestProfile.firstFor(chosen.config()));
        return new TestProof.Machine(chosen, profile.with(instruments));
    }

    /** The mutant of the kernel that is on. */
    Optional<String> mutant() {
        return mutant;
    }

    /** The edition of mempinfd that the guests have. */
    String mempinfd() {
        return mempinfd.orElse(Edition.strict).name();
    }

    /** Guests of all profiles that are asked for, or else of those with the names that the kernel can have. */
    GuestSessions openAll(Toolbox tools, List<String> names, ProgressListener progress) {
        if (profiles.isEmpty()) {
            Instruments instruments = instruments();
            Installation installation = Installation.detect();
            Kernel chosen = kernel.find(installation, tools, instruments.module(), progress);
            List<GuestProfile> possible = names.stream()
                    .flatMap(name -> GuestProfile.named(name).stream())
                    .map(profile -> profile.with(instruments))
                    .toList();
            return GuestSessions.open(installation, tools, chosen, possible, guests(), progress);
        }
        return openAll(tools, progress);
    }

    /** Guests of all profiles that are asked for, or else of all that the kernel can have. */
    GuestSessions openAll(Toolbox tools, ProgressListener progress) {
        Instruments instruments = instruments();
        Installation installation = Installation.detect();
        Kernel chosen = kernel.find(installation, tools, instruments.module(), progress);
        List<GuestProfile> wanted = profiles.isEmpty() ? GuestProfile.all() : wanted(chosen);
        return GuestSessions.open(
                installation,
                tools,
                chosen,
                wanted.stream().map(profile -> profile.with(instruments)).toList(),
                guests(),
                progress);
    }
}
