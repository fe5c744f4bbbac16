// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.bench;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import org.pinfuzz.generators.invariant.Violation;

/**
 * How a known bug may be reported. What is left empty may be anything.
 *
 * @param invariant id of the invariant, for example {@code LT-ZONE}
 * @param operation the operation after which it breaks
 * @param pinMode mode of the pin that is concerned
 * @param pageKind kind of the page that is concerned
 */
public record Sign(
        String invariant, Optional<String> operation, Optional<String> pinMode, Optional<String> pageKind) {
    public Sign {
        requireNonNull(invariant, "invariant is null");
        requireNonNull(operation, "operation is null");
        requireNonNull(pinMode, "pinMode is null");
        requireNonNull(pageKind, "pageKind is null");
    }

    /** The invariant, wherever it breaks. */
    public static Sign of(String invariant) {
        return new Sign(invariant, Optional.empty(), Optional.empty(), Optional.empty());
    }

    boolean matches(Violation violation) {
        return violation.invariant().equals(invariant)
                && operation.map(violation.operation()::equals).orElse(true)
                && pinMode.map(violation.pinMode()::equals).orElse(true)
                && pageKind.map(violation.pageKind()::equals).orElse(true);
    }
}
