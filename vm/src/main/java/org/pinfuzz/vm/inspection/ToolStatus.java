// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.inspection;

import static java.util.Objects.requireNonNull;

/**
 * A program of the system that guests need.
 *
 * @param program its name
 * @param debianPackage the package that has it
 * @param neededFor what it is for, in a few words
 * @param present whether it is on this machine
 */
public record ToolStatus(String program, String debianPackage, String neededFor, boolean present) {
    public ToolStatus {
        requireNonNull(program, "program is null");
        requireNonNull(debianPackage, "debianPackage is null");
        requireNonNull(neededFor, "neededFor is null");
    }
}
