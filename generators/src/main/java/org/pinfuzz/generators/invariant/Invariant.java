// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.invariant;

/**
 * One statement about the kernel, with the version from which it is promised and where that is written. Subclasses look
 * at one moment of a run at a time and have no state.
 */
public abstract class Invariant {
    private final String id;
    private final String statement;
    private final KernelVersion promisedFrom;
    private final String source;

    protected Invariant(String id, String statement, KernelVersion promisedFrom, String source) {
        this.id = id;
        this.statement = statement;
        this.promisedFrom = promisedFrom;
        this.source = source;
    }

    public final String id() {
        return id;
    }

    /** What holds, in one sentence. */
    public final String statement() {
        return statement;
    }

    /** The version from which the kernel promises it in every case that is judged. */
    public final KernelVersion promisedFrom() {
        return promisedFrom;
    }

    /** Where the promise is written: functions of the kernel, commits, documents. */
    public final String source() {
        return source;
    }

    /**
     * Whether violations on pages of different kinds are different bugs: what a write does to a page depends on its kind,
     * where a page lies does not.
     */
    protected boolean tellsPageKindsApart() {
        return true;
    }

    /** Whether its look at the end asks only what stayed behind and what the kernel said: then it is worth it after anything. */
    protected boolean needsNoModel() {
        return false;
    }

    /** Looks at the moment after a step. */
    protected void afterStep(Moment moment, Report report) {}

    /** Looks at the end of the program, when nothing runs any more. */
    protected void atEnd(Moment moment, Report report) {}

    @Override
    public final String toString() {
        return id;
    }
}
