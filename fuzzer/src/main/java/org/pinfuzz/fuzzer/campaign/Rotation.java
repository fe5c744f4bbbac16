// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

/**
 * Which profile a program runs in: a function of its number alone, so that the same seed draws the same programs for the
 * same profiles on a fast machine and on a slow one. Every profile gets a slice in turn, and when all have had theirs a
 * round is over. Slices are short at first, so that a short campaign on a slow machine sees every profile; later they
 * are long, so that starting guests is little beside them.
 *
 * @param profiles how many there are, at least 1
 */
public record Rotation(int profiles) {
    /** Programs of a slice in the first rounds; slices of the swarm must not be cut. */
    static final int FIRST_PROGRAMS = CampaignSettings.SLICE_PROGRAMS;

    /** Rounds after which slices are four times as long, twice over. */
    private static final int[] LONGER_AFTER_ROUNDS = {4, 12};

    private static final int LONGER = 4;

    public Rotation {
        if (profiles < 1) {
            throw new IllegalArgumentException("a campaign rotates through at least 1 profile, not " + profiles);
        }
    }

    /**
     * A part of a campaign in one profile.
     *
     * @param profile number of the profile, from 0
     * @param end number of the first program after it
     */
    private record Slice(int profile, long end) {}

    /** The profile of program {@code index}, from 0. */
    public int of(long index) {
        return slice(index).profile();
    }

    /** How many programs from {@code index} on run in the same profile before another one's turn comes. */
    public long left(long index) {
        return profiles == 1 ? Long.MAX_VALUE : slice(index).end() - index;
    }

    private Slice slice(long index) {
        long start = 0;
        long length = FIRST_PROGRAMS;
        int rounds = 0;
        for (int after : LONGER_AFTER_ROUNDS) {
            long end = start + (after - rounds) * length * profiles;
            if (index < end) {
                break;
            }
            start = end;
            length *= LONGER;
            rounds = after;
        }
        long number = (index - start) / length;
        return new Slice((int) (number % profiles), start + (number + 1) * length);
    }
}
