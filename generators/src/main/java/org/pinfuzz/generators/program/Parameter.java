// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One parameter of an operation, as declared by it. Values are whole numbers: the number of a handle, a count, or the
 * index of a constant. JSON, wire form, drawing, renumbering and shrinking all follow from this declaration.
 */
public sealed interface Parameter {
    String name();

    /** The operation brings this handle into being. */
    record Creates(String name, HandleKind kind) implements Parameter {
        public Creates {
            requireNonNull(name, "name is null");
            requireNonNull(kind, "kind is null");
        }
    }

    /** The operation refers to a handle that an earlier step creates. */
    record Uses(String name, HandleKind kind) implements Parameter {
        public Uses {
            requireNonNull(name, "name is null");
            requireNonNull(kind, "kind is null");
        }
    }

    /** A whole number from {@code min} to {@code max}; shrinks towards {@code min}. */
    record Count(String name, int min, int max) implements Parameter {
        public Count {
            requireNonNull(name, "name is null");
            if (min < 0 || max < min) {
                throw new IllegalArgumentException(name + ": range " + min + ".." + max + " is empty or negative");
            }
        }
    }

    /** One of several constants, simplest first; shrinks towards the first. */
    record Choice(String name, List<String> constants) implements Parameter {
        public Choice {
            requireNonNull(name, "name is null");
            constants = List.copyOf(constants);
            if (constants.isEmpty()) {
                throw new IllegalArgumentException(name + " has no constants");
            }
        }
    }

    static Parameter creates(String name, HandleKind kind) {
        return new Creates(name, kind);
    }

    static Parameter uses(String name, HandleKind kind) {
        return new Uses(name, kind);
    }

    static Parameter count(String name, int min, int max) {
        return new Count(name, min, max);
    }

    static Parameter choice(String name, String... constants) {
        return new Choice(name, List.of(constants));
    }

    /** Smallest legal value. */
    default int min() {
        return this instanceof Count count ? count.min() : 0;
    }

    /** Largest legal value. */
    default int max() {
        if (this instanceof Count count) {
            return count.max();
        }
        if (this instanceof Choice choice) {
            return choice.constants().size() - 1;
        }
        HandleKind kind = this instanceof Creates creates ? creates.kind() : ((Uses) this).kind();
        return kind.limit() - 1;
    }
}
