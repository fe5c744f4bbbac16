// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.wire;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One frame between host and agent; the layout is in {@code docs/formats/wire.md}.
 *
 * @param type what it is
 * @param sequence number of the batch or bench that it belongs to, unsigned; 0 for HELLO and REFUSED
 * @param payload its content; the caller must not change it
 */
public record Frame(FrameType type, int sequence, byte[] payload) {
    /** Bytes before the payload. */
    public static final int HEAD_BYTES = 20;

    /** The bytes {@code P F Z W}. */
    static final int MAGIC = 0x575a4650;

    static final int VERSION = 1;
    /** Where the checksum is; it covers what is before it, and the payload. */
    static final int CHECKSUM_AT = 16;

    private static final int LENGTH_AT = 12;

    public Frame {
        requireNonNull(type, "type is null");
        requireNonNull(payload, "payload is null");
        if (payload.length > type.direction().maxPayloadBytes()) {
            throw new IllegalArgumentException("a " + type + " has at most "
                    + type.direction().maxPayloadBytes() + " bytes, this one " + payload.length);
        }
    }

    /** The frame as it goes over the wire, ready to be read. */
    public ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(HEAD_BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC).putShort((short) VERSION).putShort((short) type.code());
        bytes.putInt(sequence).putInt(payload.length).putInt(0).put(payload).flip();
        bytes.putInt(CHECKSUM_AT, checksum(bytes, payload.length));
        return bytes;
    }

    /**
     * Takes one frame from the front of {@code bytes}. A pure function of what lies between the buffer's position and
     * limit; it allocates no more than the payload, once the payload is there whole.
     *
     * @return the frame, with the buffer's position behind it; empty, with the position unchanged, when more bytes are
     *     needed
     * @throws FrameException when the bytes cannot become a frame of that direction; thrown as early as a field shows it
     */
    public static Optional<Frame> decode(ByteBuffer bytes, FrameType.Direction direction) throws FrameException {
        ByteBuffer head = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
        if (head.remaining() < Integer.BYTES) {
            return Optional.empty();
        }
        if (head.getInt(0) != MAGIC) {
            throw new FrameException(String.format("magic is 0x%08x, not 0x%08x", head.getInt(0), MAGIC));
        }
        if (head.remaining() < HEAD_BYTES) {
            return Optional.empty();
        }
        int version = Short.toUnsignedInt(head.getShort(4));
        if (version != VERSION) {
            throw new FrameException("version is " + version + ", not " + VERSION);
        }
        int code = Short.toUnsignedInt(head.getShort(6));
        FrameType type = FrameType.of(code)
                .filter(known -> known.direction() == direction)
                .orElseThrow(() -> new FrameException("type is " + code + ", which does not go this way"));
        long length = Integer.toUnsignedLong(head.getInt(LENGTH_AT));
        if (length > direction.maxPayloadBytes()) {
            throw new FrameException(
                    "length of a " + type + " is " + length + ", more than " + direction.maxPayloadBytes());
        }
        if (head.remaining() < HEAD_BYTES + length) {
            return Optional.empty();
        }
        int expected = checksum(head, (int) length);
        if (head.getInt(CHECKSUM_AT) != expected) {
            throw new FrameException(String.format(
                    "checksum of a %s is 0x%08x, its bytes have 0x%08x", type, head.getInt(CHECKSUM_AT), expected));
        }
        byte[] payload = new byte[(int) length];
        head.get(HEAD_BYTES, payload);
        bytes.position(bytes.position() + HEAD_BYTES + payload.length);
        return Optional.of(new Frame(type, head.getInt(8), payload));
    }

    /** CRC-32 of a frame's head up to the checksum and of its payload. */
    static int checksum(ByteBuffer frame, int payloadLength) {
        CRC32 crc = new CRC32();
        crc.update(frame.slice(0, CHECKSUM_AT));
        crc.update(frame.slice(HEAD_BYTES, payloadLength));
        return (int) crc.getValue();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Frame frame
                && type == frame.type
                && sequence == frame.sequence
                && Arrays.equals(payload, frame.payload);
    }

    @Override
    public int hashCode() {
        return Objects.hash(type, sequence, Arrays.hashCode(payload));
    }

    @Override
    public String toString() {
        return type + " " + Integer.toUnsignedString(sequence) + " of " + payload.length + " bytes";
    }
}
