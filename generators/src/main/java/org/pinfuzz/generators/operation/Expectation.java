// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What the model made of one step: whether the kernel's answer was one of those that it may give, and which values were
 * none of those that it may show.
 *
 * @param resultAllowed whether the answer was allowed
 * @param allowed the allowed answers, for people
 * @param mismatches values that were not allowed
 * @param rule the rule that the answer keeps or breaks
 * @param lost whether the answer leaves open what was done: the model knows nothing after it
 */
public record Expectation(
        boolean resultAllowed, String allowed, List<Mismatch> mismatches, AnswerRule rule, boolean lost) {
    public Expectation {
        requireNonNull(allowed, "allowed is null");
        requireNonNull(rule, "rule is null");
        mismatches = List.copyOf(mismatches);
    }

    public Expectation(boolean resultAllowed, String allowed, List<Mismatch> mismatches) {
        this(resultAllowed, allowed, mismatches, AnswerRule.CALL);
    }

    public Expectation(boolean resultAllowed, String allowed, List<Mismatch> mismatches, AnswerRule rule) {
        this(resultAllowed, allowed, mismatches, rule, false);
    }

    /** The same, by another rule. */
    Expectation by(AnswerRule other) {
        return new Expectation(resultAllowed, allowed, mismatches, other, lost);
    }

    /** The answer is allowed, and what was done is open. */
    static Expectation lost(String allowed) {
        return new Expectation(true, allowed, List.of(), AnswerRule.CALL, true);
    }
}
