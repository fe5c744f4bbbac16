// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import java.util.EnumSet;
import java.util.Set;
import org.pinfuzz.generators.operation.Facility;

/**
 * What an agent says of itself and its guest when it is ready: the payload of HELLO.
 *
 * @param agentVersion version of the agent's code, to be equal to {@link WireHeader#AGENT_VERSION}
 * @param moduleLoaded whether pinfuzz.ko is loaded
 * @param canary planted fault of the module, 0 none
 * @param facilities what the guest has
 * @param kernelRelease as {@code uname -r} says
 */
public record Hello(
        int agentVersion, boolean moduleLoaded, int canary, Set<Facility> facilities, String kernelRelease) {
    private static final int RELEASE_BYTES = 64;

    public Hello {
        facilities = Set.copyOf(facilities);
    }

    public static Hello decode(byte[] bytes) throws WireFormatException {
        Payload payload = new Payload(bytes);
        int agentVersion = payload.s32("agent version");
        if (agentVersion != WireHeader.AGENT_VERSION) {
            throw new WireFormatException(
                    "agent version is " + agentVersion + ", this host speaks " + WireHeader.AGENT_VERSION);
        }
        boolean module = payload.bounded(payload.s32("module"), 1, "module") == 1;
        int canary = payload.bounded(payload.s32("canary"), 255, "canary");
        int bits = payload.s32("facilities");
        Set<Facility> facilities = EnumSet.noneOf(Facility.class);
        for (Facility facility : Facility.values()) {
            if ((bits & (1 << facility.ordinal())) != 0) {
                facilities.add(facility);
            }
        }
        String release = payload.text(RELEASE_BYTES, "kernel release");
        payload.atEnd();
        return new Hello(agentVersion, module, canary, facilities, release);
    }
}
