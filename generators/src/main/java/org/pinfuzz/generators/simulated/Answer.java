// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.simulated;

import java.util.List;
import org.pinfuzz.generators.trace.Errno;
import org.pinfuzz.generators.trace.StepStatus;

/** What one step came to, without the facts. */
record Answer(StepStatus status, long result, int faultMask, List<Long> values) {
    static final Answer OK = of(0);
    static final Answer SKIPPED = new Answer(StepStatus.SKIPPED, 0, 0, List.of());
    static final Answer UNSUPPORTED = new Answer(StepStatus.UNSUPPORTED, 0, 0, List.of());

    static Answer of(long result) {
        return new Answer(StepStatus.DONE, result, 0, List.of());
    }

    static Answer error(Errno errno) {
        return of(errno.negated());
    }

    static Answer okUnless(boolean failed, Errno errno) {
        return failed ? error(errno) : OK;
    }

    static Answer values(List<Long> values) {
        return new Answer(StepStatus.DONE, 0, 0, values);
    }

    static Answer access(int faultMask, List<Long> values) {
        return new Answer(StepStatus.DONE, 0, faultMask, values);
    }

    /** The same with another result. */
    Answer withResult(long other) {
        return new Answer(status, other, faultMask, values);
    }

    /** A pin of some frames; its result is their number, its values are theirs. */
    static Answer pinned(List<Frame> frames) {
        return new Answer(
                StepStatus.DONE,
                frames.size(),
                0,
                frames.stream().map(Frame::pfn).toList());
    }
}
