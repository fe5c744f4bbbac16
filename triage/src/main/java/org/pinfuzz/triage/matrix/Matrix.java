// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.matrix;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinfuzz.generators.invariant.KernelVersion;

/**
 * A program on many kernels and machines.
 *
 * @param subject the finding's id or the program's file
 * @param invariant what counts as broken; empty where anything does
 * @param rows one for each kernel, from the oldest to the newest
 * @param notFetched kernels of the catalogue that were left out because they are not on this machine
 */
public record Matrix(String subject, Optional<String> invariant, List<Row> rows, List<String> notFetched) {
    private static final int MINORS_OF_A_MAJOR = 20;

    public Matrix {
        requireNonNull(subject, "subject is null");
        requireNonNull(invariant, "invariant is null");
        List<Row> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing(Row::version).thenComparing(Row::kernel));
        rows = List.copyOf(sorted);
        notFetched = List.copyOf(notFetched);
    }

    /**
     * One kernel.
     *
     * @param kernel its name in the catalogue, with {@code :mutant} where it runs without a protection
     * @param release its release
     * @param cells by the profile's name
     */
    public record Row(String kernel, String release, Map<String, Cell> cells) {
        public Row {
            requireNonNull(kernel, "kernel is null");
            requireNonNull(release, "release is null");
            cells = Collections.unmodifiableMap(new LinkedHashMap<>(cells));
        }

        KernelVersion version() {
            return KernelVersion.parse(release);
        }

        /** Who made it: {@code debian} of {@code debian-6.1}. */
        String family() {
            return kernel.replaceFirst("-.*", "");
        }
    }

    /**
     * Two kernels between which it is decided.
     *
     * @param profile the machine that both were
     * @param fails where it breaks
     * @param passes where it does not
     */
    public record Pair(String profile, Row fails, Row passes) {
        /** In one sentence without a full stop. */
        public String sentence() {
            return "nearest pair: fails on " + fails.kernel() + " (" + fails.release() + "), passes on "
                    + passes.kernel() + " (" + passes.release() + "), profile " + profile;
        }

        private int distance() {
            return Math.abs(number(fails.version()) - number(passes.version()));
        }

        private static int number(KernelVersion version) {
            // Majors have had about so many minors each since 3.0.
            return version.major() * MINORS_OF_A_MAJOR + version.minor();
        }
    }

    /** The profiles that were asked for, in their order. */
    public List<String> profiles() {
        return rows.stream()
                .flatMap(row -> row.cells().keySet().stream())
                .distinct()
                .toList();
    }

    /** Two kernels as near as possible, of one family if there are, of which one fails and one passes. */
    public Optional<Pair> nearestPair() {
        List<Pair> pairs = new ArrayList<>();
        for (Row fails : rows) {
            for (Row passes : rows) {
                for (String profile : fails.cells().keySet()) {
                    Cell other = passes.cells().get(profile);
                    if (fails.cells().get(profile).fails() && other != null && other.passes()) {
                        pairs.add(new Pair(profile, fails, passes));
                    }
                }
            }
        }
        return pairs.stream()
                .min(Comparator.comparingInt(Pair::distance)
                        .thenComparing(pair ->
                                !pair.fails().family().equals(pair.passes().family()))
                        // The last kernel that fails is nearer to today than the first.
                        .thenComparing(pair -> pair.fails().version(), Comparator.reverseOrder()));
    }
}
