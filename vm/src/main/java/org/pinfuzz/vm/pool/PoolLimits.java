// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

/**
 * What a pool bounds.
 *
 * @param batchPrograms most programs that are sent to a guest at once; longer lists are cut
 * @param batchesInFlight batches that a guest has at a time, so that it never waits for the host
 * @param batchesPerGuest batches after which a guest is replaced, before what it collects over time matters
 * @param graceMs how much longer than the agent's limit of a program the host waits for a sign of life, ms
 * @param batchMs longest time of a batch whatever its size, ms
 * @param restoreAttempts how often starting a guest is tried before its work is given up
 * @param batchAttempts how often programs are run together without knowing who ends their guest, before each runs alone
 */
public record PoolLimits(
        int batchPrograms,
        int batchesInFlight,
        int batchesPerGuest,
        int graceMs,
        int batchMs,
        int restoreAttempts,
        int batchAttempts) {
    /**
     * 128 programs are 0.2 to 0.5 s of an emulated guest's time: long against the host's part, short against a loss.
     * The grace covers the agent's waiting for what the kernel releases late.
     */
    public static final PoolLimits DEFAULT = new PoolLimits(128, 2, 1_000, 10_000, 600_000, 5, 2);

    public PoolLimits {
        if (batchPrograms < 1
                || batchesInFlight < 1
                || batchesPerGuest < 1
                || graceMs < 1
                || batchMs < 1
                || restoreAttempts < 1
                || batchAttempts < 1) {
            throw new IllegalArgumentException("a pool's limits must all be above zero: batchPrograms " + batchPrograms
                    + ", batchesInFlight " + batchesInFlight + ", batchesPerGuest " + batchesPerGuest + ", graceMs "
                    + graceMs + ", batchMs " + batchMs + ", restoreAttempts " + restoreAttempts + ", batchAttempts "
                    + batchAttempts);
        }
    }

    public PoolLimits withGraceMs(int changed) {
        return new PoolLimits(
                batchPrograms, batchesInFlight, batchesPerGuest, changed, batchMs, restoreAttempts, batchAttempts);
    }
}
