// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.inspection;

import static java.util.Objects.requireNonNull;

import org.pinfuzz.vm.Toolbox;

/**
 * A program that guests need.
 *
 * @param program its name
 * @param debianPackage the package that has it
 * @param neededFor what it is for, in a few words
 * @param place where it must be: this machine, or what is used in its stead
 */
public record ToolStatus(String program, String debianPackage, String neededFor, Toolbox place) {
    public ToolStatus {
        requireNonNull(program, "program is null");
        requireNonNull(debianPackage, "debianPackage is null");
        requireNonNull(neededFor, "neededFor is null");
        requireNonNull(place, "place is null");
    }

    public boolean present() {
        return place.available(program);
    }
}
