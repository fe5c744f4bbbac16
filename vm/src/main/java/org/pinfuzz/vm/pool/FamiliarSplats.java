// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Warnings that programs were seen to cause when they ran alone. Whose warning it was need not be found out for every batch
 * in which it turns up again: a kernel that warns at an everyday call would spend a campaign on restores.
 */
final class FamiliarSplats {
    /** So many programs are told of one warning; what they have in common is in their traces. */
    private static final int TOLD = 8;

    private static final String WARNING = "WARNING: ";

    private final Map<String, Integer> told = new ConcurrentHashMap<>();

    /** A program alone on its guest caused these. */
    void saw(List<String> splats) {
        splats.stream().filter(splat -> splat.startsWith(WARNING)).forEach(splat -> told.merge(splat, 1, Integer::sum));
    }

    /** Whether nothing of it is new; so it is with nothing at all. */
    boolean nothingNew(List<String> splats) {
        return splats.stream().allMatch(splat -> told.getOrDefault(splat, 0) >= TOLD);
    }
}
