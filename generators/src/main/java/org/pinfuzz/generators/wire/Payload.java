// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the numbers of a payload that nobody trusts: each read names its field, so that an error can. */
final class Payload {
    private final ByteBuffer bytes;

    Payload(byte[] bytes) {
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    int u8(String field) throws WireFormatException {
        need(1, field);
        return Byte.toUnsignedInt(bytes.get());
    }

    int u16(String field) throws WireFormatException {
        need(2, field);
        return Short.toUnsignedInt(bytes.getShort());
    }

    int s32(String field) throws WireFormatException {
        need(4, field);
        return bytes.getInt();
    }

    long u32(String field) throws WireFormatException {
        return Integer.toUnsignedLong(s32(field));
    }

    long s64(String field) throws WireFormatException {
        need(8, field);
        return bytes.getLong();
    }

    /** A number that must not be above a bound. */
    int bounded(int value, int bound, String field) throws WireFormatException {
        if (value < 0 || value > bound) {
            throw new WireFormatException(field + " is " + value + ", outside 0.." + bound);
        }
        return value;
    }

    /** A UTF-8 text in a field of fixed length, ended by the first zero byte. */
    String text(int length, String field) throws WireFormatException {
        need(length, field);
        ByteBuffer slice = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        int end = 0;
        while (end < length && slice.get(end) != 0) {
            end++;
        }
        slice.limit(end);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(slice).toString();
        } catch (CharacterCodingException e) {
            throw new WireFormatException(field + " is not UTF-8");
        }
    }

    void atEnd() throws WireFormatException {
        if (bytes.hasRemaining()) {
            throw new WireFormatException(bytes.remaining() + " bytes follow the end of the payload");
        }
    }

    private void need(int count, String field) throws WireFormatException {
        if (bytes.remaining() < count) {
            throw new WireFormatException("the payload ends at byte " + bytes.position() + " inside " + field);
        }
    }
}
