// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import static java.util.Objects.requireNonNull;

/** A name that one step of a program creates and later steps refer to. */
public record Handle(HandleKind kind, int number) {
    public Handle {
        requireNonNull(kind, "kind is null");
    }

    @Override
    public String toString() {
        return kind.text(number);
    }
}
