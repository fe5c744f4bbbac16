// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/** What a userfaultfd watches in a range. */
public enum UffdMode {
    /** Stores into pages that it has protected. */
    WRITE_PROTECT,
    /** Accesses to pages that are not there. */
    MISSING
}
