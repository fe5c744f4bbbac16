// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.fuzzer.campaign;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The clock that triage goes by. An interrupt uses up all time that triage may take: every look at the clock then finds
 * another day gone, so that whatever is under way ends with what it has.
 */
public final class TriageClock implements InstantSource {
    private static final Duration JUMP = Duration.ofDays(1);

    private final InstantSource system;
    private final AtomicLong jumps = new AtomicLong();
    private volatile boolean over;

    public TriageClock(InstantSource system) {
        this.system = system;
    }

    /** Uses up all time, from any thread. */
    public void end() {
        over = true;
    }

    @Override
    public Instant instant() {
        long passed = over ? jumps.incrementAndGet() : jumps.get();
        return system.instant().plus(JUMP.multipliedBy(passed));
    }
}
