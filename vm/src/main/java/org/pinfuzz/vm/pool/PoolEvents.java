// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

/**
 * What happened in a pool since it was opened.
 *
 * @param boots guests booted for the template
 * @param restores guests started from the template
 * @param batches batches that guests finished
 * @param programs programs that have their run
 * @param crashes guests whose kernel crashed
 * @param hangs guests that stopped answering
 * @param killed guests that ended without a word of their kernel
 * @param garbage guests that sent what is no frame, or no result
 * @param refused guests whose agent refused to go on
 * @param suspicions batches whose kernel complained, or that left something behind
 * @param rerun programs that were run again
 * @param notReproduced programs that were running when their guest ended, and neither alone nor after the same
 *     programs ended another
 * @param lost programs of which nothing is known in the end
 */
public record PoolEvents(
        long boots,
        long restores,
        long batches,
        long programs,
        long crashes,
        long hangs,
        long killed,
        long garbage,
        long refused,
        long suspicions,
        long rerun,
        long notReproduced,
        long lost) {
    /** Nothing happened. */
    public static final PoolEvents NONE = new PoolEvents(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** What happened in two pools together. */
    public PoolEvents plus(PoolEvents other) {
        return new PoolEvents(
                boots + other.boots,
                restores + other.restores,
                batches + other.batches,
                programs + other.programs,
                crashes + other.crashes,
                hangs + other.hangs,
                killed + other.killed,
                garbage + other.garbage,
                refused + other.refused,
                suspicions + other.suspicions,
                rerun + other.rerun,
                notReproduced + other.notReproduced,
                lost + other.lost);
    }

    /** The same with another number of boots. */
    public PoolEvents withBoots(long booted) {
        return new PoolEvents(
                booted,
                restores,
                batches,
                programs,
                crashes,
                hangs,
                killed,
                garbage,
                refused,
                suspicions,
                rerun,
                notReproduced,
                lost);
    }
}
