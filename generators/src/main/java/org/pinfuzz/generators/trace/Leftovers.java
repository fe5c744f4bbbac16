// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import java.util.ArrayList;
import java.util.List;

/**
 * What a program, or a whole batch, left behind in its guest, after waiting for what the kernel releases late.
 *
 * @param pins pages acquired minus pages released ({@code nr_foll_pin_acquired}, {@code nr_foll_pin_released}) since
 *     the start; a positive number leaked, a negative one was released twice
 * @param latePins pages of {@code pins} that io_uring may still release from its work queue; 0 after a batch
 * @param pinDescriptors descriptors of the module's pins that are still open
 * @param pinnedFrames frames that the program pinned, not through io_uring, and that still look pinned
 * @param processes processes that could not be reaped
 * @param mounts mounts more than at the start; known after a batch
 * @param anonPages mapped anonymous pages more than at the start; known after a batch
 * @param shmemPages pages of shared memory more than at the start; known after a batch
 * @param hugePages pages of the pool of huge pages that are missing; known after programs that had some
 */
public record Leftovers(
        int pins,
        int latePins,
        int pinDescriptors,
        int pinnedFrames,
        int processes,
        int mounts,
        int anonPages,
        int shmemPages,
        int hugePages) {
    public static final Leftovers NOTHING = new Leftovers(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Without a look at the pool of huge pages. */
    public Leftovers(
            int pins,
            int latePins,
            int pinDescriptors,
            int pinnedFrames,
            int processes,
            int mounts,
            int anonPages,
            int shmemPages) {
        this(pins, latePins, pinDescriptors, pinnedFrames, processes, mounts, anonPages, shmemPages, 0);
    }

    /** Whether the pins are out of balance, those that may still come back late left aside. */
    public boolean unbalanced() {
        return pins < 0 || pins > latePins || pinnedFrames > 0;
    }

    /** Whether anything but pins stayed behind. */
    public boolean somethingElse() {
        return pinDescriptors != 0 || processes != 0 || mounts != 0 || anonPages > 0 || shmemPages > 0;
    }

    public boolean clean() {
        return !unbalanced() && !somethingElse() && hugePages == 0;
    }

    /** What is left, for people; empty when nothing is. */
    public String describe() {
        List<String> parts = new ArrayList<>();
        add(parts, pins, "pinned pages by the kernel's counters");
        add(parts, latePins, "of them may still be released by io_uring");
        add(parts, pinnedFrames, "frames that still look pinned");
        add(parts, pinDescriptors, "open pin descriptors");
        add(parts, processes, "processes");
        add(parts, mounts, "mounts");
        add(parts, anonPages, "anonymous pages");
        add(parts, shmemPages, "pages of shared memory");
        add(parts, hugePages, "pages of the pool of huge pages");
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, int count, String what) {
        if (count != 0) {
            parts.add(count + " " + what);
        }
    }
}
