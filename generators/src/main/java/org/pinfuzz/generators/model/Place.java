// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/** Where a page is mapped: in which memory, at which page of which region. */
public record Place(int memory, int region, int page) {
    @Override
    public String toString() {
        return "r" + region + " page " + page;
    }
}
