// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import java.util.List;
import java.util.Optional;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepTrace;

/** Collects what a step that calls once a page was answered, page by page. */
final class Answers {
    private final Optional<StepTrace> observed;
    private final StringBuilder allowed = new StringBuilder();
    private boolean kept = true;
    private AnswerRule rule = AnswerRule.CALL;

    Answers(Optional<StepTrace> observed) {
        this.observed = observed;
    }

    /**
     * Compares the answer for a page with what may be answered, and gives it back.
     *
     * @param expected the answer where nothing was observed
     */
    long check(int offset, Results results, long expected) {
        boolean asked = observed.map(trace -> offset < trace.values().size()).orElse(true);
        // Where no call was made for a page, the step as a whole failed before it.
        long answer = observed.map(trace -> asked ? trace.values().get(offset) : Errno.EAGAIN.negated())
                .orElse(expected);
        if (asked && !results.allows(answer)) {
            kept = false;
            allowed.append(allowed.isEmpty() ? "" : "; ")
                    .append("page ")
                    .append(offset)
                    .append(": ")
                    .append(results.text())
                    .append(", not ")
                    .append(Errno.text(answer));
        }
        return answer;
    }

    /** The same, where another answer breaks a rule of its own. */
    long check(int offset, Results results, long expected, AnswerRule tested) {
        boolean before = kept;
        long answer = check(offset, results, expected);
        if (before != kept || kept) {
            rule = tested;
        }
        return answer;
    }

    Expectation judge(List<Mismatch> mismatches) {
        return new Expectation(kept, kept ? "what each page was answered" : allowed.toString(), mismatches, rule);
    }
}
