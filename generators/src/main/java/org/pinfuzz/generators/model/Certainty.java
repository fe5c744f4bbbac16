// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.model;

/** Whether something is so, as far as anybody can tell. */
public enum Certainty {
    NO,
    MAYBE,
    YES
}
