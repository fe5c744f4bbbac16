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
 */
public record Expectation(boolean resultAllowed, String allowed, List<Mismatch> mismatches, AnswerRule rule) {
    public Expectation {
        requireNonNull(allowed, "allowed is null");
        requireNonNull(rule, "rule is null");
        mismatches = List.copyOf(mismatches);
    }

    public Expectation(boolean resultAllowed, String allowed, List<Mismatch> mismatches) {
        this(resultAllowed, allowed, mismatches, AnswerRule.CALL);
    }
}
