// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

/** The three answers of a judge. */
public enum Verdict {
    PASS,
    VIOLATION,
    INCONCLUSIVE
}
