// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the judge says of one run.
 *
 * @param violations all that broke, the first to break first, the most specific invariant before others of its step
 * @param inconclusive why something could not be judged; empty when everything could
 * @param judged whether the program counts: at least eight executed steps, a successful pin, something to judge
 * @param executedSteps steps that made their system call
 * @param passed how often each invariant had something to judge and found it in order
 * @param signal what of the kernel's behaviour was seen, as hashes
 */
public record Judgement(
        List<Violation> violations,
        List<String> inconclusive,
        boolean judged,
        int executedSteps,
        java.util.Map<String, Integer> passed,
        Set<Long> signal) {
    public Judgement {
        violations = List.copyOf(violations);
        inconclusive = List.copyOf(inconclusive);
        passed = java.util.Map.copyOf(passed);
        signal = Set.copyOf(signal);
    }

    public Verdict verdict() {
        if (!violations.isEmpty()) {
            return Verdict.VIOLATION;
        }
        return inconclusive.isEmpty() ? Verdict.PASS : Verdict.INCONCLUSIVE;
    }

    /** The violation that a finding is filed under. */
    public Optional<Violation> first() {
        return violations.stream().findFirst();
    }
}
