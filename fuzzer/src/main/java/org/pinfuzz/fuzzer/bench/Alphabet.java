// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.pinfuzz.generators.invariant.Invariant;
import org.pinfuzz.generators.invariant.Invariants;
import org.pinfuzz.generators.operation.Operation;
import org.pinfuzz.generators.operation.Operations;

/** The alphabet over several kernels, against what it should reach: what never succeeds and what never judges does not exist. */
public record Alphabet(List<AlphabetCount> kernels) {
    /** Successes of an operation, on the kernel where it has most. */
    public static final long SUCCESSES = 1_000;

    public static final long SLOW_SUCCESSES = 50;

    /** Times that an invariant had something to judge, on the kernel where it had most. */
    public static final long JUDGED = 10_000;

    public static final long SLOW_JUDGED = 200;

    /** Part of the pairs that can happen which have happened. */
    public static final double PAIRS = 0.8;

    /** Operations that take as long as many programs, or use something up that does not come back. */
    public static final Set<String> SLOW_OPERATIONS = Set.of(
            "compact",
            "ksm_merge",
            "memory_limit",
            "memory_offline",
            "numa_fault",
            "soft_offline",
            "split",
            "madv_collapse");

    /** Invariants about these, and about what is rare because a whole program has one look at it. */
    public static final Set<String> SLOW_INVARIANTS =
            Set.of("OFFLINE", "KSM", "THP-SPLIT", "SWAP", "MLOCK", "KILLABLE", "CONTIG");

    public Alphabet {
        kernels = List.copyOf(kernels);
    }

    /** One figure against its goal. */
    public record Reached(String what, long figure, long goal, String kernel) {
        public boolean good() {
            return figure >= goal;
        }
    }

    public List<Reached> operations() {
        return Operations.all().stream()
                .map(operation -> best(
                        operation.name(),
                        SLOW_OPERATIONS.contains(operation.name()) ? SLOW_SUCCESSES : SUCCESSES,
                        kernels.stream()
                                .collect(Collectors.toMap(
                                        AlphabetCount::kernel,
                                        count -> count.operations().containsKey(operation.name())
                                                ? count.operations()
                                                        .get(operation.name())
                                                        .succeeded()
                                                : 0L))))
                .toList();
    }

    public List<Reached> invariants() {
        return Invariants.all().stream()
                .map(Invariant::id)
                .map(id -> best(
                        id,
                        SLOW_INVARIANTS.contains(id) ? SLOW_JUDGED : JUDGED,
                        kernels.stream()
                                .collect(Collectors.toMap(
                                        AlphabetCount::kernel,
                                        count -> count.invariants().getOrDefault(id, 0L)))))
                .toList();
    }

    private static Reached best(String what, long goal, Map<String, Long> figures) {
        Map.Entry<String, Long> best = new TreeMap<>(figures)
                .entrySet().stream().max(Map.Entry.comparingByValue()).orElse(Map.entry("none", 0L));
        return new Reached(what, best.getValue(), goal, best.getKey());
    }

    /** Operations that touch cells, in the order of the catalogue. */
    public static List<Operation> touching() {
        return Operations.all().stream().filter(AlphabetCount::touches).toList();
    }

    /** Whether the second may come after the first on one cell, on a kernel that has both. */
    public boolean canFollow(Operation first, Operation second) {
        return !AlphabetCount.creates(second)
                && kernels.stream()
                        .anyMatch(count -> count.supported().contains(first.name())
                                && count.supported().contains(second.name()));
    }

    /** How often the second came after the first on one cell, on all kernels together. */
    public long followed(Operation first, Operation second) {
        return kernels.stream()
                .mapToLong(count -> count.pairs(first.name(), second.name()))
                .sum();
    }

    /** Pairs that can happen and have not. */
    public List<String> missingPairs() {
        List<String> missing = new ArrayList<>();
        for (Operation first : touching()) {
            for (Operation second : touching()) {
                if (canFollow(first, second) && followed(first, second) == 0) {
                    missing.add(first.name() + " then " + second.name());
                }
            }
        }
        return missing;
    }

    public long possiblePairs() {
        return touching().stream()
                .mapToLong(first -> touching().stream()
                        .filter(second -> canFollow(first, second))
                        .count())
                .sum();
    }

    /** The part of the pairs that can happen which have happened. */
    public double pairsSeen() {
        long possible = possiblePairs();
        return possible == 0 ? 0 : 1 - (double) missingPairs().size() / possible;
    }

    public boolean good() {
        return operations().stream().allMatch(Reached::good)
                && invariants().stream().allMatch(Reached::good)
                && pairsSeen() >= PAIRS;
    }
}
