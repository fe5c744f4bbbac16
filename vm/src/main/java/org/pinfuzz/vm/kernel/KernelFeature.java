// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.kernel;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.operation.Facility;

/**
 * Something that a kernel can be configured to have, and what it is good for here. All of them are in
 * {@link KernelFeatures}.
 *
 * @param name what users call it
 * @param need how much depends on it
 * @param settings the options that make it, all of them needed
 * @param prerequisites options that the settings depend on where little else is configured; they only go into fragments
 * @param facility what an agent says of a guest that has it, if it says anything: operations go by that
 * @param enables what it enables beside operations: machines, invariants, assertions
 */
public record KernelFeature(
        String name,
        Need need,
        List<Setting> settings,
        List<String> prerequisites,
        Optional<Facility> facility,
        String enables) {

    /** How much depends on a feature. */
    public enum Need {
        /** Without it no guest works. */
        GUEST("needed by every guest"),
        /** Without it pinfuzz.ko cannot be loaded; --no-module does without. */
        MODULE("needed by pinfuzz.ko"),
        /** Without it some operations, machines or invariants are left out. */
        FACILITY("facilities"),
        /** The kernel's own checks: without it less is seen, and nothing is left out. */
        ASSERTION("assertions of the kernel"),
        /** Checks that cost speed or say less than they cost: for a kernel of its own. */
        INSTRUMENT("instruments, at a price in speed"),
        /** What only a kernel with our patches has. */
        PATCH("by the patches in kmod/patches");

        private final String title;

        Need(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }

        /** Whether its options are proposed to somebody who configures a kernel for pinfuzz. */
        public boolean proposed() {
            return this != INSTRUMENT && this != PATCH;
        }
    }

    /** Whether a kernel has a feature. */
    public enum State {
        THERE,
        MISSING,
        /** The kernel is older than the feature. */
        TOO_OLD
    }

    /**
     * One option and the value that it must have.
     *
     * @param option without {@code CONFIG_}
     * @param value {@code y} or {@code m}, where one is as good as the other, or {@code n}
     * @param since the first version that has the option; older ones do without it where the feature has other settings
     */
    public record Setting(String option, char value, KernelVersion since) {
        public Setting {
            requireNonNull(option, "option is null");
            requireNonNull(since, "since is null");
            if (value != 'y' && value != 'm' && value != 'n') {
                throw new IllegalArgumentException("the value of " + option + " is " + value + ", not y, m or n");
            }
        }

        boolean appliesTo(KernelVersion version) {
            return version.atLeast(since);
        }

        /** Whether a configuration has this value. */
        public boolean heldBy(KernelConfig config) {
            return config.enabled(option) == (value != 'n');
        }

        /** The line of a configuration that sets it. */
        public String line() {
            return value == 'n' ? "# CONFIG_" + option + " is not set" : "CONFIG_" + option + "=" + value;
        }
    }

    public KernelFeature {
        requireNonNull(name, "name is null");
        requireNonNull(need, "need is null");
        settings = List.copyOf(settings);
        prerequisites = List.copyOf(prerequisites);
        requireNonNull(facility, "facility is null");
        requireNonNull(enables, "enables is null");
        if (settings.isEmpty()) {
            throw new IllegalArgumentException("the feature " + name + " has no setting");
        }
    }

    /** The settings that kernels of this version know; all, if none of them. */
    public List<Setting> settings(KernelVersion version) {
        List<Setting> known =
                settings.stream().filter(setting -> setting.appliesTo(version)).toList();
        return known.isEmpty() ? settings : known;
    }

    /** Whether a kernel of this version and configuration has it. */
    public State state(KernelVersion version, KernelConfig config) {
        if (settings.stream().noneMatch(setting -> setting.appliesTo(version))) {
            return State.TOO_OLD;
        }
        return missing(version, config).isEmpty() ? State.THERE : State.MISSING;
    }

    /** The settings that a kernel of this version should have and does not have. */
    public List<Setting> missing(KernelVersion version, KernelConfig config) {
        return settings.stream()
                .filter(setting -> setting.appliesTo(version))
                .filter(setting -> !setting.heldBy(config))
                .toList();
    }

    /** The first version that can have it. */
    public KernelVersion since() {
        return settings.stream()
                .map(Setting::since)
                .min(KernelVersion::compareTo)
                .orElseThrow();
    }
}
