// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.operation;

import org.pinfuzz.generators.model.Model;
import org.pinfuzz.generators.model.Region;
import org.pinfuzz.generators.program.HandleKind;
import org.pinfuzz.generators.program.Parameter;
import org.pinfuzz.generators.program.Step;

/** Parameters that several operations share. */
final class Parameters {
    static final Parameter REGION = Parameter.uses("region", HandleKind.REGION);
    static final Parameter NEW_REGION = Parameter.creates("region", HandleKind.REGION);
    static final Parameter PIN = Parameter.uses("pin", HandleKind.PIN);
    static final Parameter NEW_PIN = Parameter.creates("pin", HandleKind.PIN);
    /** First page of a range inside a region's slot. */
    static final Parameter FIRST = Parameter.count("first", 0, Region.MAX_PAGES - 1);
    /** Pages of a range or of a new mapping. */
    static final Parameter PAGES = Parameter.count("pages", 1, Region.MAX_PAGES);

    static final Parameter DESCRIPTOR = Parameter.uses("descriptor", HandleKind.DESCRIPTOR);
    /** Whether address and size are whole pages, or bytes inside the first and the last page of the range. */
    static final Parameter BOUNDS = Parameter.choice("bounds", "aligned", "inside");

    static final Parameter SHARING = Parameter.choice("sharing", "private", "shared");
    static final Parameter PROTECTION = Parameter.choice("protection", "read-write", "read", "none");
    static final Parameter NODE = Parameter.choice("node", "0", "1");

    /** Another task, to which something is done. */
    static final Parameter VICTIM = Parameter.uses("victim", HandleKind.TASK);
    /** Pages of 2 MiB; the pool has few. */
    static final Parameter HUGE_PAGES = Parameter.count("pages", 1, 2);

    private Parameters() {}

    /** Whether the task to which something should be done is gone, or the step's own. */
    static boolean noVictim(Model model, Step step) {
        int victim = step.get(VICTIM);
        return victim == step.task() || !model.alive(victim);
    }
}
