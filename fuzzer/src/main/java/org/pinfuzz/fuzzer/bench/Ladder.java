// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Climbs rung after rung and seed after seed. What was climbed in an earlier part is not climbed again. */
public final class Ladder {
    private final List<Rung> rungs;
    private final List<Long> seeds;
    private final Map<String, List<Climb>> climbs = new HashMap<>();

    /**
     * @param rungs all rungs, in the order in which they are told
     * @param seeds the seeds of each rung
     * @param before climbs of earlier parts by the rung's name; what belongs to no rung is left out
     */
    public Ladder(List<Rung> rungs, List<Long> seeds, Map<String, List<Climb>> before) {
        this.rungs = List.copyOf(rungs);
        this.seeds = List.copyOf(seeds);
        before.forEach((name, earlier) -> climbs.put(name, new ArrayList<>(earlier)));
    }

    /** One campaign. */
    @FunctionalInterface
    public interface Campaigns {
        Climb climb(Rung rung, long seed) throws InterruptedException;
    }

    /** Is told of each campaign when it is over. */
    @FunctionalInterface
    public interface Listener {
        /** @param soFar all that was climbed until now, this climb included */
        void climbed(Rung rung, Climb climb, LadderResult soFar);
    }

    /** The rungs of these that have a seed which is still to be climbed. */
    public List<Rung> open(List<Rung> chosen) {
        return chosen.stream().filter(rung -> !open(rung).isEmpty()).toList();
    }

    private List<Long> open(Rung rung) {
        List<Climb> done = climbs.getOrDefault(rung.name(), List.of());
        return seeds.stream()
                .filter(seed -> done.stream().noneMatch(climb -> climb.seed() == seed))
                .toList();
    }

    /** Climbs what is still to be climbed of some rungs. */
    public LadderResult climb(List<Rung> chosen, Campaigns campaigns, Listener listener) throws InterruptedException {
        requireNonNull(listener, "listener is null");
        for (Rung rung : chosen) {
            for (long seed : open(rung)) {
                Climb climb = campaigns.climb(rung, seed);
                climbs.computeIfAbsent(rung.name(), unused -> new ArrayList<>()).add(climb);
                listener.climbed(rung, climb, result());
            }
        }
        return result();
    }

    /** All that was climbed until now. */
    public LadderResult result() {
        return new LadderResult(rungs.stream()
                .filter(rung -> climbs.containsKey(rung.name()))
                .map(rung -> new RungResult(rung, climbs.get(rung.name())))
                .toList());
    }
}
