// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.wire;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Puts frames together from bytes as they come in. It holds at most one longest frame: a reader that is full has a
 * frame, or what it has is none.
 */
public final class FrameReader {
    private static final int FIRST_BYTES = 64 << 10;

    private final FrameType.Direction direction;
    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_BYTES);

    public FrameReader(FrameType.Direction direction) {
        this.direction = direction;
    }

    /** Where the next bytes are to be put, behind those that are there; it always has room for some. */
    public ByteBuffer room() {
        if (!bytes.hasRemaining()) {
            int most = Frame.HEAD_BYTES + direction.maxPayloadBytes();
            if (bytes.capacity() >= most) {
                throw new IllegalStateException("take the frames that are there before adding bytes");
            }
            ByteBuffer larger = ByteBuffer.allocate(Math.min(most, 2 * bytes.capacity()));
            bytes = larger.put(bytes.flip());
        }
        return bytes;
    }

    /**
     * Takes the next frame, if it is there whole.
     *
     * @throws FrameException when the bytes are no frame; the reader is of no use then
     */
    public Optional<Frame> next() throws FrameException {
        bytes.flip();
        try {
            return Frame.decode(bytes, direction);
        } finally {
            bytes.compact();
        }
    }
}
