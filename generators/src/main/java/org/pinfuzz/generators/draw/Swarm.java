// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.draw;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.pinfuzz.generators.operation.Facility;
import org.pinfuzz.generators.operation.Family;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;

/**
 * Weights of operations for one slice of a campaign. Swarm testing (Groce and others, ISSTA 2012): each slice leaves
 * families and some operations out and weighs the rest unevenly, because what hides a bug is often another operation.
 *
 * @param weights operations that may be drawn, each with a weight above zero
 */
public record Swarm(Map<Operation, Integer> weights) {
    private static final double LEFT_OUT = 0.3;
    /** Of an alphabet with many families a program has room for some. */
    private static final double FAMILY_IN = 0.35;
    /** What came in must not be lost beside the core, which is what most is about. */
    private static final int FAMILY_WEIGHT = 2;

    public Swarm {
        weights = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(weights));
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("a swarm without operations draws nothing");
        }
    }

    /** The operations that a guest with these facilities can run. */
    public static List<Operation> supported(Set<Facility> facilities) {
        return Operations.all().stream()
                .filter(operation -> facilities.containsAll(operation.needs()))
                .toList();
    }

    /** All given operations with the weights of their declarations. */
    public static Swarm even(List<Operation> operations) {
        Map<Operation, Integer> weights = new LinkedHashMap<>();
        operations.forEach(operation -> weights.put(operation, operation.weight()));
        return new Swarm(weights);
    }

    /**
     * The weights of one slice. A mapping and a pin, where the operations have them, stay in: without them there is
     * nothing to judge.
     *
     * @param operations what may be drawn at all
     */
    public static Swarm slice(List<Operation> operations, Random random) {
        Set<Family> families = EnumSet.of(Family.CORE);
        for (Family family : Family.values()) {
            if (random.nextDouble() < FAMILY_IN) {
                families.add(family);
            }
        }
        Set<String> kept = new TreeSet<>();
        for (Operation operation : operations) {
            if (random.nextDouble() >= LEFT_OUT && families.contains(operation.family())) {
                kept.add(operation.name());
            }
        }
        kept.add(Operations.MMAP.name());
        keepOneOf(kept, operations, random, Operations.PIN, Operations.URING_PIN);
        Map<Operation, Integer> weights = new LinkedHashMap<>();
        for (Operation operation : operations) {
            // A factor of 1/4, 1/2, 1, 2 or 4: uneven, but nothing that is in is as good as out.
            int weight = operation.weight() * (1 << random.nextInt(5)) / 4;
            weight *= operation.family() == Family.CORE ? 1 : FAMILY_WEIGHT;
            if (kept.contains(operation.name())) {
                weights.put(operation, Math.max(1, weight));
            }
        }
        return weights.isEmpty() ? even(operations) : new Swarm(weights);
    }

    private static void keepOneOf(
            Set<String> kept, List<Operation> operations, Random random, Operation... candidates) {
        List<Operation> possible = new ArrayList<>(List.of(candidates));
        possible.retainAll(operations);
        if (!possible.isEmpty() && possible.stream().noneMatch(operation -> kept.contains(operation.name()))) {
            kept.add(possible.get(random.nextInt(possible.size())).name());
        }
    }

    Operation pick(Random random) {
        int total = weights.values().stream().mapToInt(Integer::intValue).sum();
        int roll = random.nextInt(total);
        for (Map.Entry<Operation, Integer> entry : weights.entrySet()) {
            roll -= entry.getValue();
            if (roll < 0) {
                return entry.getKey();
            }
        }
        throw new IllegalStateException("a roll below the total ends inside it");
    }
}
