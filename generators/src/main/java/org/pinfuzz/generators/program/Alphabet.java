// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The operations that programs are made of, by name and by number on the wire. */
public final class Alphabet {
    private final Map<String, OperationType> byName = new LinkedHashMap<>();
    private final Map<Integer, OperationType> byCode = new LinkedHashMap<>();

    public Alphabet(Collection<? extends OperationType> operations) {
        for (OperationType operation : operations) {
            if (byName.put(operation.name(), operation) != null || byCode.put(operation.code(), operation) != null) {
                throw new IllegalArgumentException(
                        "two operations have the name " + operation.name() + " or the code " + operation.code());
            }
        }
    }

    public Optional<OperationType> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    public Collection<OperationType> all() {
        return java.util.Collections.unmodifiableCollection(byName.values());
    }
}
