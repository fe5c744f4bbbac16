// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.guest;

import java.util.Set;
import org.pinfuzz.generators.operation.Facility;

/**
 * Runs programs on guests of one profile. Guests start when there is work for them, and end when their work is over for
 * now, so that a campaign can go through many profiles on a small machine.
 */
public interface ProfileRunner extends ProgramRunner {
    /** Name of the profile. */
    String profile();

    /** What its guests have; operations that need more are not drawn for them. */
    Set<Facility> facilities();

    /** Ends the guests. The next program starts new ones. */
    void rest();
}
