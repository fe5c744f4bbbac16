// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import java.time.Duration;

/**
 * How many programs are sent together. Large batches cost the least for each program, but nothing of one is judged
 * before its last program is done, and on a kernel that crashes often that is the time of many guests. So batches begin
 * small, grow as long as they come back soon, and shrink when they do not.
 */
final class BatchSize {
    static final int SMALLEST = 4;

    /** A batch that took longer was too large: what is in it could have been in triage already. */
    static final Duration SLOW = Duration.ofSeconds(8);

    private final int largest;
    private int size = SMALLEST;

    BatchSize(int largest) {
        this.largest = largest;
    }

    int programs() {
        return size;
    }

    /** A batch came back, this long after it was sent. */
    void took(Duration duration) {
        size = duration.compareTo(SLOW) > 0 ? Math.max(SMALLEST, size / 2) : Math.min(largest, size * 2);
    }
}
