// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** What all seeds came to on one rung. */
public record RungResult(Rung rung, List<Climb> climbs) {
    public RungResult {
        requireNonNull(rung, "rung is null");
        climbs = List.copyOf(climbs);
        if (climbs.isEmpty()) {
            throw new IllegalArgumentException("the rung " + rung.name() + " was not climbed");
        }
    }

    /** The findings, one at most of each seed. */
    public List<Climb.Hit> hits() {
        return climbs.stream().flatMap(climb -> climb.hit().stream()).toList();
    }

    /** The median of programs to the first hit; a seed that found nothing is slower than all. */
    public OptionalDouble medianPrograms() {
        return median(Climb.Hit::program);
    }

    /** The median of seconds to the first hit. */
    public OptionalDouble medianSeconds() {
        return median(Climb.Hit::seconds);
    }

    /** The most seconds that a seed took to the first hit; empty if one found nothing. */
    public OptionalDouble worstSeconds() {
        return finite(climbs.stream()
                .mapToDouble(climb -> figure(climb, Climb.Hit::seconds))
                .max()
                .orElseThrow());
    }

    private OptionalDouble median(ToDoubleFunction<Climb.Hit> figure) {
        double[] sorted = climbs.stream()
                .mapToDouble(climb -> figure(climb, figure))
                .sorted()
                .toArray();
        return finite((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
    }

    private static double figure(Climb climb, ToDoubleFunction<Climb.Hit> figure) {
        return climb.hit().map(figure::applyAsDouble).orElse(Double.POSITIVE_INFINITY);
    }

    private static OptionalDouble finite(double figure) {
        return Double.isFinite(figure) ? OptionalDouble.of(figure) : OptionalDouble.empty();
    }

    /** Findings that are filed under an invariant which the rung declares. */
    public long declared() {
        return hits().stream()
                .filter(hit -> rung.invariants().contains(hit.invariant()))
                .count();
    }

    /** Findings whose program is as short as the one written by hand, or shorter. */
    public long shortEnough() {
        return hits().stream()
                .filter(hit -> hit.operations() <= rung.shortest().size())
                .count();
    }
}
