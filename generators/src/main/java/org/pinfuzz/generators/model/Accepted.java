// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** The values that the kernel may show; where it promises nothing, any. */
public record Accepted(boolean any, Set<Long> values) {
    public static final Accepted ANYTHING = new Accepted(true, Set.of());

    public Accepted {
        values = Set.copyOf(values);
    }

    public static Accepted exactly(long value) {
        return new Accepted(false, Set.of(value));
    }

    /** These values and one more. */
    Accepted or(long other) {
        Set<Long> all = new HashSet<>(values);
        all.add(other);
        return new Accepted(any, all);
    }

    public boolean accepts(long observed) {
        return any || values.contains(observed);
    }

    @Override
    public String toString() {
        if (any) {
            return "anything";
        }
        StringBuilder text = new StringBuilder();
        for (long value : new TreeSet<>(values)) {
            text.append(text.isEmpty() ? "" : " or ").append(Tokens.text(value));
        }
        return text.toString();
    }
}
