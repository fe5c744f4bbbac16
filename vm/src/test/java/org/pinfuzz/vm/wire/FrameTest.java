// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FrameTest {
    /** Written by hand from {@code docs/formats/wire.md}, its checksum made by another program's zlib. */
    private static final String GOLDEN_HELLO = "50465a57 0100 1000 00000000 02000000 7b3da065 6869";

    private static final Frame HELLO = new Frame(FrameType.HELLO, 0, "hi".getBytes(StandardCharsets.US_ASCII));

    private static byte[] golden() {
        return HexFormat.of().parseHex(GOLDEN_HELLO.replace(" ", ""));
    }

    @Test
    void a_frame_has_the_bytes_that_the_format_states() {
        assertThat(HELLO.encode().array()).isEqualTo(golden());
    }

    @Test
    void a_frame_is_read_from_the_bytes_that_the_format_states() throws Exception {
        assertThat(Frame.decode(ByteBuffer.wrap(golden()), FrameType.Direction.TO_HOST))
                .contains(HELLO);
    }

    @Test
    void a_frame_that_comes_byte_by_byte_is_there_after_its_last_byte() throws Exception {
        FrameReader reader = new FrameReader(FrameType.Direction.TO_HOST);
        byte[] bytes = golden();
        for (int i = 0; i < bytes.length - 1; i++) {
            reader.room().put(bytes[i]);
            assertThat(reader.next()).isEmpty();
        }
        reader.room().put(bytes[bytes.length - 1]);
        assertThat(reader.next()).contains(HELLO);
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void the_longest_frame_passes_through_a_reader() throws Exception {
        Frame longest = new Frame(FrameType.RESULT, 7, new byte[FrameType.Direction.TO_HOST.maxPayloadBytes()]);
        FrameReader reader = new FrameReader(FrameType.Direction.TO_HOST);
        ByteBuffer bytes = longest.encode();
        Optional<Frame> read = Optional.empty();
        while (bytes.hasRemaining()) {
            ByteBuffer room = reader.room();
            int count = Math.min(room.remaining(), bytes.remaining());
            room.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            read = reader.next();
        }
        assertThat(read).contains(longest);
    }

    @Test
    void each_wrong_field_is_named_with_its_value() {
        assertRefused(0, (byte) 0, "magic is 0x575a4600, not 0x575a4650");
        assertRefused(4, (byte) 9, "version is 9, not 1");
        assertRefused(6, (byte) 1, "type is 1, which does not go this way");
        assertRefused(15, (byte) 1, "length of a HELLO is 16777218, more than 1048576");
        assertRefused(20, (byte) 0, "checksum of a HELLO is");
    }

    private static void assertRefused(int at, byte value, String message) {
        byte[] bytes = golden();
        bytes[at] = value;
        assertThatThrownBy(() -> Frame.decode(ByteBuffer.wrap(bytes), FrameType.Direction.TO_HOST))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining(message);
    }
}
