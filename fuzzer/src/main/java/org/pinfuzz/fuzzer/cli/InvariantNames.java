// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.cli;

import java.util.Optional;
import org.pinfuzz.generators.invariant.Invariants;

/** What {@code --invariant} may name, the same for every command that has it. */
final class InvariantNames {
    private InvariantNames() {}

    /** @throws CommandError if what was named is no invariant */
    static void requireKnown(Optional<String> invariant) {
        invariant.filter(id -> Invariants.named(id).isEmpty()).ifPresent(id -> {
            throw new CommandError("--invariant is " + id
                    + ", which is no invariant; docs/invariants.md lists them, as LT-ZONE or PIN-COHERENT-R");
        });
    }
}
