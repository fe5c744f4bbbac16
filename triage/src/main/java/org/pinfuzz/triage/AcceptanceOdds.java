// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import java.util.Arrays;
import org.pinfuzz.generators.draw.ProgramShrinks;

/** How likely candidates of each pass show the violation: a moving average of what was heard of them. */
final class AcceptanceOdds {
    private static final double START = 0.3;
    private static final double WEIGHT_OF_THE_LAST = 0.2;

    private final double[] odds = new double[ProgramShrinks.passes().size()];

    AcceptanceOdds() {
        Arrays.fill(odds, START);
    }

    double of(int pass) {
        return odds[pass];
    }

    void heard(int pass, boolean accepted) {
        odds[pass] += WEIGHT_OF_THE_LAST * ((accepted ? 1 : 0) - odds[pass]);
    }
}
