// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.pool;

import java.util.List;
import org.pinfuzz.generators.program.Program;

/** A guest is of no more use; says why, and becomes the run of the program that did it. */
final class GuestDeath extends Exception {
    private static final long serialVersionUID = 1;

    /** How a guest ends. */
    enum Kind {
        CRASHED(EventCounters.Event.CRASH),
        HUNG(EventCounters.Event.HANG),
        KILLED(EventCounters.Event.KILLED),
        GARBAGE(EventCounters.Event.GARBAGE),
        REFUSED(EventCounters.Event.REFUSED);

        private final EventCounters.Event event;

        Kind(EventCounters.Event event) {
            this.event = event;
        }

        EventCounters.Event event() {
            return event;
        }
    }

    private final Kind kind;
    private final String console;
    private final long limitMs;

    private GuestDeath(Kind kind, String message, String console, long limitMs) {
        super(message);
        this.kind = kind;
        this.console = console;
        this.limitMs = limitMs;
    }

    static GuestDeath crashed(String title, String console) {
        return new GuestDeath(Kind.CRASHED, title, console, 0);
    }

    static GuestDeath hung(long limitMs, String console) {
        return new GuestDeath(Kind.HUNG, "no sign of life for " + limitMs + " ms", console, limitMs);
    }

    static GuestDeath killed(String reason) {
        return new GuestDeath(Kind.KILLED, reason, "", 0);
    }

    static GuestDeath garbage(String reason) {
        return new GuestDeath(Kind.GARBAGE, "the guest sent garbage: " + reason, "", 0);
    }

    static GuestDeath refused(String reason) {
        return new GuestDeath(Kind.REFUSED, "the agent refused: " + reason, "", 0);
    }

    Kind kind() {
        return kind;
    }

    /** The run of a program that ends guests like this. */
    ProgramRun of(Program program, List<Program> prefix) {
        return switch (kind) {
            case CRASHED -> new ProgramRun.Crashed(program, getMessage(), console, prefix);
            case HUNG -> new ProgramRun.Hung(program, limitMs, console, prefix);
            case KILLED, GARBAGE, REFUSED -> new ProgramRun.Lost(program, getMessage());
        };
    }
}
