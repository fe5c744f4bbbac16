// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.wire;

import java.util.Optional;

/** What a frame is; the codes are those of {@code docs/formats/wire.md}. */
public enum FrameType {
    /** Limits and programs. */
    BATCH(1, Direction.TO_GUEST),
    /** Mode, duration and programs. */
    BENCH(2, Direction.TO_GUEST),
    /** The guest is ready. */
    HELLO(16, Direction.TO_HOST),
    /** One program's trace. */
    RESULT(17, Direction.TO_HOST),
    /** What a batch left behind. */
    BATCH_DONE(18, Direction.TO_HOST),
    /** Counts and times of a bench. */
    BENCH_DONE(19, Direction.TO_HOST),
    /** Why the agent does not work in this guest, or refused a frame. */
    REFUSED(20, Direction.TO_HOST);

    /** Which way a frame goes; each has its own longest payload. */
    public enum Direction {
        TO_GUEST(4 << 20),
        TO_HOST(1 << 20);

        private final int maxPayloadBytes;

        Direction(int maxPayloadBytes) {
            this.maxPayloadBytes = maxPayloadBytes;
        }

        public int maxPayloadBytes() {
            return maxPayloadBytes;
        }
    }

    private final int code;
    private final Direction direction;

    FrameType(int code, Direction direction) {
        this.code = code;
        this.direction = direction;
    }

    public int code() {
        return code;
    }

    public Direction direction() {
        return direction;
    }

    static Optional<FrameType> of(int code) {
        for (FrameType type : values()) {
            if (type.code == code) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
