// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is loaded into a guest, and which faults are planted there.
 *
 * @param module whether pinfuzz.ko is loaded
 * @param canary planted fault of the module, {@code enum pfz_canary} of {@code kmod/pinfuzz_uapi.h}; 0 for none
 * @param mempinfd which mempinfd there is
 * @param mutant the protection that the kernel leaves out, a name of {@code kmod/patches}' switches; empty for none
 */
public record Instruments(boolean module, int canary, Mempinfd mempinfd, Optional<String> mutant) {
    /** The module without faults. */
    public static final Instruments DEFAULT = new Instruments(true, 0, Mempinfd.STRICT, Optional.empty());

    private static final int MOST_CANARY = 9;
    /** What may stand in a kernel's command line as one word. */
    private static final Pattern MUTANT = Pattern.compile("[a-z0-9][a-z0-9_-]{0,40}");

    /** The editions of mempinfd: with the flaws of the posted version, or without. */
    public enum Mempinfd {
        RFC,
        STRICT;

        /** As the module's parameter and the kernel's command line spell it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Instruments {
        requireNonNull(mempinfd, "mempinfd is null");
        requireNonNull(mutant, "mutant is null");
        if (canary < 0 || canary > MOST_CANARY || (canary != 0 && !module)) {
            throw new IllegalArgumentException(
                    "canary " + canary + ": canaries are 0 to " + MOST_CANARY + " and need the module");
        }
        mutant.filter(name -> !MUTANT.matcher(name).matches()).ifPresent(name -> {
            throw new IllegalArgumentException("the mutant \"" + name + "\" does not match " + MUTANT);
        });
    }

    public Instruments withCanary(int planted) {
        return new Instruments(module, planted, mempinfd, mutant);
    }

    public Instruments withoutModule() {
        return new Instruments(false, 0, mempinfd, mutant);
    }

    public Instruments withMempinfd(Mempinfd edition) {
        return new Instruments(module, canary, edition, mutant);
    }

    public Instruments withMutant(String name) {
        return new Instruments(module, canary, mempinfd, Optional.of(name));
    }

    /** For people: {@code pinfuzz.ko, mempinfd strict, mutant fork-shares-pinned}. */
    @Override
    public String toString() {
        return (module ? "pinfuzz.ko" : "no module")
                + (canary > 0 ? " with planted fault " + canary : "")
                + ", mempinfd " + mempinfd.text()
                + mutant.map(name -> ", mutant " + name).orElse("");
    }

    /** The declaration of docs/formats/wire.md: the kernel hands it to init as its environment. */
    String kernelArguments() {
        StringBuilder text = new StringBuilder();
        text.append(" pfz_module=").append(module ? 1 : 0);
        text.append(" pfz_canary=").append(canary);
        // A kernel that has the system call or the switches takes these two itself.
        text.append(" mempinfd=").append(mempinfd.text());
        mutant.ifPresent(name -> text.append(" pfz_mutant=").append(name));
        return text.toString();
    }
}
