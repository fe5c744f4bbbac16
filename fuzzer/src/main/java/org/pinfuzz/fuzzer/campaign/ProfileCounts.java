// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

/**
 * What a campaign has counted in one profile.
 *
 * @param programs programs that ran
 * @param judged programs that count
 * @param violation programs in which something broke
 * @param newSignal behaviours that were first seen in this profile
 */
public record ProfileCounts(long programs, long judged, long violation, long newSignal) {
    static final ProfileCounts NONE = new ProfileCounts(0, 0, 0, 0);

    ProfileCounts plus(ProfileCounts other) {
        return new ProfileCounts(
                programs + other.programs,
                judged + other.judged,
                violation + other.violation,
                newSignal + other.newSignal);
    }
}
