// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import org.pinfuzz.vm.Installation;
import org.pinfuzz.vm.ProgressListener;
import org.pinfuzz.vm.Toolbox;
import org.pinfuzz.vm.kernel.Kernel;
import org.pinfuzz.vm.pool.GuestProfile;
import org.pinfuzz.vm.pool.PoolEvents;

/** Guests of one kernel with several profiles, each prepared, none running. */
public final class GuestSessions implements AutoCloseable {
    private final List<GuestSession> sessions;
    private final List<LeftOut> leftOut;

    private GuestSessions(List<GuestSession> sessions, List<LeftOut> leftOut) {
        this.sessions = List.copyOf(sessions);
        this.leftOut = List.copyOf(leftOut);
    }

    /** A profile that the kernel cannot have, and why. */
    public record LeftOut(String profile, String reason) {
        public LeftOut {
            requireNonNull(profile, "profile is null");
            requireNonNull(reason, "reason is null");
        }

        @Override
        public String toString() {
            return profile + ": " + reason;
        }
    }

    /**
     * Prepares a template for each of the profiles that the kernel can have; if it can have none, for the plain one.
     *
     * @param tools what guests run in and are built with; must outlive them
     * @param profiles in the order in which they are to be used
     * @throws org.pinfuzz.vm.VmException when something cannot be built, a guest does not boot or its agent refuses it
     */
    public static GuestSessions open(
            Installation installation,
            Toolbox tools,
            Kernel kernel,
            List<GuestProfile> profiles,
            int guests,
            ProgressListener progress) {
        List<GuestSession> sessions = new ArrayList<>();
        List<LeftOut> leftOut = new ArrayList<>();
        for (GuestProfile profile : profiles) {
            List<String> missing = profile.missingIn(kernel.config());
            if (missing.isEmpty()) {
                sessions.add(GuestSession.open(installation, tools, kernel, profile, guests, progress));
            } else {
                leftOut.add(new LeftOut(
                        profile.name(), kernel.name() + " is configured without " + String.join(", ", missing)));
            }
        }
        if (sessions.isEmpty() && !profiles.isEmpty()) {
            GuestProfile plain = GuestProfile.PLAIN.with(profiles.get(0).instruments());
            sessions.add(GuestSession.open(installation, tools, kernel, plain, guests, progress));
        }
        return new GuestSessions(sessions, leftOut);
    }

    /** One for each profile that the kernel can have; at least one. */
    public List<GuestSession> all() {
        return sessions;
    }

    /** The first of them, for what all have in common. */
    public GuestSession first() {
        return sessions.get(0);
    }

    public List<LeftOut> leftOut() {
        return leftOut;
    }

    /** What runs programs on each profile. */
    public List<ProfileRunner> runners() {
        return sessions.stream().<ProfileRunner>map(GuestSession::runner).toList();
    }

    /** What happened in all guests so far. */
    public PoolEvents events() {
        return sessions.stream().map(GuestSession::events).reduce(PoolEvents.NONE, PoolEvents::plus);
    }

    @Override
    public void close() {
        sessions.forEach(GuestSession::close);
    }
}
