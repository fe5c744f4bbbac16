// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.stream.IntStream;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;

/** The arguments of a step by the names of its parameters. */
record Arguments(Step step) {
    int get(String name) {
        int index = 0;
        for (Parameter parameter : step.operation().parameters()) {
            if (parameter.name().equals(name)) {
                return step.arguments().get(index);
            }
            index++;
        }
        throw new IllegalArgumentException(step.operation().name() + " has no parameter " + name);
    }

    boolean has(String name) {
        return step.operation().parameters().stream()
                .anyMatch(parameter -> parameter.name().equals(name));
    }

    int region() {
        return get("region");
    }

    int first() {
        return has("first") ? get("first") : 0;
    }

    int pages() {
        return get("pages");
    }

    /** The pages of the range, also those past the region's slot, where nothing is ever mapped. */
    int[] range() {
        return IntStream.range(first(), first() + pages()).toArray();
    }
}
