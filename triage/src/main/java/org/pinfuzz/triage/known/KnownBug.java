// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.known;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pinfuzz.generators.invariant.KernelVersion;
import org.pinfuzz.generators.invariant.Violation;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.program.Step;

/**
 * A bug that is known, and by what it is recognised. The file format is described in {@code docs/known-bugs.md}.
 *
 * @param id its name, which is also the file's
 * @param title what goes wrong, in one sentence
 * @param invariants under which it is filed
 * @param pageKinds kinds of the page that is concerned; empty for any
 * @param pinModes modes of the pin that is concerned; empty for any
 * @param operations operations all of which occur in the shrunk program, in any order
 * @param from the first version that has it; empty where all old ones have it
 * @param until the first version whose last release has it no longer
 * @param commits what mended it
 * @param source functions of the kernel by which that can be checked
 */
public record KnownBug(
        String id,
        String title,
        List<String> invariants,
        List<String> pageKinds,
        List<String> pinModes,
        List<Occurrence> operations,
        Optional<KernelVersion> from,
        KernelVersion until,
        List<String> commits,
        String source) {
    public KnownBug {
        requireNonNull(id, "id is null");
        requireNonNull(title, "title is null");
        invariants = List.copyOf(invariants);
        pageKinds = List.copyOf(pageKinds);
        pinModes = List.copyOf(pinModes);
        operations = List.copyOf(operations);
        requireNonNull(from, "from is null");
        requireNonNull(until, "until is null");
        commits = List.copyOf(commits);
        requireNonNull(source, "source is null");
    }

    /**
     * An operation that must occur.
     *
     * @param operation its name
     * @param constants constants of its parameters by the parameter's name; what is left out may be anything
     */
    public record Occurrence(String operation, Map<String, String> constants) {
        public Occurrence {
            requireNonNull(operation, "operation is null");
            constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
        }

        boolean is(Step step) {
            return step.operation().name().equals(operation)
                    && constants.entrySet().stream().allMatch(wanted -> has(step, wanted.getKey(), wanted.getValue()));
        }

        private static boolean has(Step step, String name, String constant) {
            List<Parameter> parameters = step.operation().parameters();
            for (int i = 0; i < parameters.size(); i++) {
                if (parameters.get(i).name().equals(name)) {
                    return step.valueText(i).equals(constant);
                }
            }
            return false;
        }
    }

    /** Whether a violation and the shrunk program that shows it look like this bug, whatever the kernel. */
    boolean looksLike(Violation violation, Program shrunk) {
        return invariants.contains(violation.invariant())
                && (pageKinds.isEmpty() || pageKinds.contains(violation.pageKind()))
                && (pinModes.isEmpty() || pinModes.contains(violation.pinMode()))
                && operations.stream()
                        .allMatch(wanted -> shrunk.steps().stream().anyMatch(wanted::is));
    }

    /** Whether a kernel of this version has it. */
    boolean isIn(KernelVersion kernel) {
        return !kernel.atLeast(until) && from.map(kernel::atLeast).orElse(true);
    }

    /** The versions and the commits: {@code before 5.13, mended by d1e153fea2a8}. */
    public String span() {
        return from.map(first -> "from " + first + " on, ").orElse("") + "before " + until + ", mended by "
                + String.join(", ", commits);
    }
}
