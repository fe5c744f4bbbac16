// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.concurrent.atomic.AtomicLongArray;

/** Counts a pool's events from any thread. */
final class EventCounters {
    /** The counted, in the order of {@link PoolEvents}. */
    enum Event {
        BOOT,
        RESTORE,
        BATCH,
        PROGRAM,
        CRASH,
        HANG,
        KILLED,
        GARBAGE,
        REFUSED,
        SUSPICION,
        RERUN,
        NOT_REPRODUCED,
        LOST
    }

    private final AtomicLongArray counts = new AtomicLongArray(Event.values().length);

    void count(Event event) {
        count(event, 1);
    }

    void count(Event event, long times) {
        counts.addAndGet(event.ordinal(), times);
    }

    private long get(Event event) {
        return counts.get(event.ordinal());
    }

    PoolEvents snapshot() {
        return new PoolEvents(
                get(Event.BOOT),
                get(Event.RESTORE),
                get(Event.BATCH),
                get(Event.PROGRAM),
                get(Event.CRASH),
                get(Event.HANG),
                get(Event.KILLED),
                get(Event.GARBAGE),
                get(Event.REFUSED),
                get(Event.SUSPICION),
                get(Event.RERUN),
                get(Event.NOT_REPRODUCED),
                get(Event.LOST));
    }
}
