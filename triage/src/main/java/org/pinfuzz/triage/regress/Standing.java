// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.regress;

import java.util.Locale;

/** How a program does compared with what is recorded of it. */
public enum Standing {
    /** It breaks something, and that is not recorded. */
    NEW,
    /** It broke, by the record, and breaks no more. */
    FIXED,
    /** It breaks in some of its runs, or by the record did; that is recorded. */
    FLAKY,
    /** It breaks what it is recorded to break. */
    KNOWN,
    /** It breaks nothing, and nothing else is recorded. */
    PASSED,
    /** No run could be judged. */
    UNKNOWN,
    /** It was not run: the kernel cannot have the guests that it needs. */
    SKIPPED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
