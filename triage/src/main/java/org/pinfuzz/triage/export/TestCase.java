// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import org.pinfuzz.generators.program.Program;

/**
 * A program that becomes a test.
 *
 * @param name of the test, as a C function has it
 * @param sentence what it tests, for people
 * @param program what is done
 * @param invariant id of the invariant that it asserts
 * @param pins what makes its pins
 */
public record TestCase(String name, String sentence, Program program, String invariant, PinChoice pins) {
    public TestCase {
        requireNonNull(name, "name is null");
        requireNonNull(sentence, "sentence is null");
        requireNonNull(program, "program is null");
        requireNonNull(invariant, "invariant is null");
        requireNonNull(pins, "pins is null");
        if (!name.matches("[a-z][a-z0-9_]*")) {
            throw new IllegalArgumentException("\"" + name + "\" is no name of a C function");
        }
        if (!CaseWriter.canAssert(invariant)) {
            throw new IllegalArgumentException(
                    invariant + " cannot be asserted from user space; `--format json` keeps the program");
        }
    }

    /** Whether what an invariant says can be asserted from user space. */
    public static boolean canAssert(String invariant) {
        return CaseWriter.canAssert(invariant);
    }

    /** Words as a name of a C function: {@code LT-ZONE-3f9a} is {@code lt_zone_3f9a}. */
    public static String nameOf(String words) {
        String name = words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_");
        return name.matches("[a-z].*") ? name : "case_" + name;
    }
}
