// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

/**
 * Which profile a program runs in: a function of its number alone, so that the same seed draws the same programs for the
 * same profiles on a fast machine and on a slow one. Every profile gets a slice in turn.
 *
 * @param profiles how many there are, at least 1
 */
public record Rotation(int profiles) {
    public Rotation {
        if (profiles < 1) {
            throw new IllegalArgumentException("a campaign rotates through at least 1 profile, not " + profiles);
        }
    }

    /** The profile of program {@code index}, from 0. */
    public int of(long index) {
        return (int) (index / CampaignSettings.PROFILE_PROGRAMS % profiles);
    }

    /** How many programs from {@code index} on run in the same profile before another one's turn comes. */
    public long left(long index) {
        return profiles == 1
                ? Long.MAX_VALUE
                : CampaignSettings.PROFILE_PROGRAMS - index % CampaignSettings.PROFILE_PROGRAMS;
    }
}
