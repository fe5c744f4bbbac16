// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.pinfuzz.generators.draw.ProgramArbitrary;
import org.pinfuzz.generators.program.Program;
import org.pinfuzz.generators.wire.BenchDone;
import org.pinfuzz.generators.wire.Hello;
import org.pinfuzz.generators.wire.TraceCodec;
import org.pinfuzz.generators.wire.WireFormatException;
import org.pinfuzz.generators.wire.WireHeader;

/**
 * Frames as a broken or hostile guest might send them: valid ones of all types, then changed. Half have bytes changed
 * anywhere; half have their structure changed: counts, lengths, cuts, parts doubled or moved. Most get a checksum that
 * holds, so that what is behind it is tried too.
 */
final class MutatedFrames {
    private static final int[] EXTREMES = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 255, 256, 65535, 1 << 20};
    /** Offsets of counts and codes in the payload of a RESULT. */
    private static final int[] RESULT_FIELDS = {0, 4, 6, 8, 10, 12, 44, 45, 46, 47};

    private final List<Program> batch;

    MutatedFrames() {
        Random random = new Random(42);
        List<Program> programs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            programs.add(ProgramArbitrary.ofAll(6).generator(1000).next(random).value());
        }
        batch = List.copyOf(programs);
    }

    /** How far a frame came. */
    enum Reached {
        NOT_WHOLE,
        HEAD_REFUSED,
        BODY_REFUSED,
        ACCEPTED
    }

    /** Makes one frame of a seed and decodes it as a host does. Anything but an answer is a fault. */
    Reached tryOne(long seed) {
        Random random = new Random(seed);
        byte[] bytes = random.nextBoolean() ? bytesChanged(random) : structureChanged(random);
        FrameReader reader = new FrameReader(FrameType.Direction.TO_HOST);
        Reached reached = Reached.NOT_WHOLE;
        int from = 0;
        try {
            while (from < bytes.length) {
                ByteBuffer room = reader.room();
                int count = Math.min(Math.min(room.remaining(), bytes.length - from), 1 + random.nextInt(4096));
                room.put(bytes, from, count);
                from += count;
                for (var frame = reader.next(); frame.isPresent(); frame = reader.next()) {
                    reached = Reached.BODY_REFUSED;
                    decodeBody(frame.get());
                    reached = Reached.ACCEPTED;
                }
            }
        } catch (FrameException e) {
            return reached == Reached.NOT_WHOLE ? Reached.HEAD_REFUSED : reached;
        } catch (WireFormatException e) {
            return Reached.BODY_REFUSED;
        }
        return reached;
    }

    private void decodeBody(Frame frame) throws WireFormatException {
        switch (frame.type()) {
            case RESULT -> TraceCodec.decodeResult(frame.payload(), batch);
            case BATCH_DONE -> TraceCodec.decodeBatchDone(frame.payload());
            case HELLO -> Hello.decode(frame.payload());
            case BENCH_DONE -> BenchDone.decode(frame.payload());
            default -> {
                // REFUSED is text, whatever its bytes.
            }
        }
    }

    private byte[] bytesChanged(Random random) {
        byte[] bytes = valid(random).encode().array();
        int changes = 1 + random.nextInt(8);
        for (int i = 0; i < changes; i++) {
            // The head is short and the payload long: both get their share.
            int at = random.nextInt(4) == 0 ? random.nextInt(Frame.HEAD_BYTES) : random.nextInt(bytes.length);
            bytes[at] = (byte) random.nextInt(256);
        }
        return random.nextInt(10) == 0 ? bytes : repaired(bytes);
    }

    private byte[] structureChanged(Random random) {
        Frame frame = valid(random);
        ByteBuffer payload = ByteBuffer.wrap(frame.payload().clone()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] changed = payload.array();
        switch (random.nextInt(6)) {
            case 0 -> changed = cut(changed, random.nextInt(changed.length + 1));
            case 1 -> changed = joined(changed, valid(random).payload());
            case 2 -> {
                int at = RESULT_FIELDS[random.nextInt(RESULT_FIELDS.length)];
                if (at + 4 <= changed.length) {
                    payload.putInt(at, EXTREMES[random.nextInt(EXTREMES.length)]);
                }
            }
            case 3 -> {
                int at = random.nextInt(Math.max(1, changed.length - 3));
                if (at + 4 <= changed.length) {
                    payload.putInt(at, EXTREMES[random.nextInt(EXTREMES.length)]);
                }
            }
            case 4 -> {
                int middle = random.nextInt(changed.length + 1);
                changed = joined(Arrays.copyOfRange(changed, middle, changed.length), cut(changed, middle));
            }
            default -> {
                byte[] whole =
                        joined(frame.encode().array(), valid(random).encode().array());
                ByteBuffer.wrap(whole)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(12, EXTREMES[random.nextInt(EXTREMES.length)]);
                return whole;
            }
        }
        return new Frame(frame.type(), frame.sequence(), changed).encode().array();
    }

    private Frame valid(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> new Frame(FrameType.HELLO, 0, hello());
            case 1 -> new Frame(FrameType.BATCH_DONE, 1, new byte[32]);
            case 2 ->
                new Frame(
                        FrameType.BENCH_DONE,
                        1,
                        numbers(24).putLong(5).putLong(1000).putLong(0).array());
            case 3 -> new Frame(FrameType.REFUSED, 0, new byte[random.nextInt(50)]);
            default -> new Frame(FrameType.RESULT, 1, result(random));
        };
    }

    private static byte[] hello() {
        return numbers(80).putInt(WireHeader.AGENT_VERSION).array();
    }

    /** A result of random content that holds to the layout of {@link TraceCodec}. */
    private byte[] result(Random random) {
        int index = random.nextInt(batch.size());
        int steps = batch.get(index).size();
        int reads = random.nextInt(20);
        int pages = random.nextInt(5);
        ByteBuffer bytes = numbers(64 << 10);
        bytes.putInt(index).put((byte) random.nextInt(4)).put((byte) 0).putShort((short) steps);
        bytes.putShort((short) reads).putShort((short) pages).put(new byte[32]);
        for (int i = 0; i < steps; i++) {
            int values = random.nextInt(4);
            int mappings = random.nextInt(4);
            int stepPages = random.nextInt(4);
            bytes.put((byte) 0).put((byte) values).put((byte) mappings).put((byte) stepPages);
            bytes.putInt(0).putLong(random.nextInt(5)).putInt(1).putInt(2);
            for (int value = 0; value < values; value++) {
                bytes.putLong(random.nextLong());
            }
            for (int mapping = 0; mapping < mappings; mapping++) {
                bytes.putLong(0).putLong(random.nextLong());
            }
            pages(bytes, stepPages);
        }
        for (int i = 0; i < reads; i++) {
            bytes.putLong(0).putLong(random.nextLong()).putLong(0);
        }
        pages(bytes, pages);
        return cut(bytes.array(), bytes.position());
    }

    private static void pages(ByteBuffer bytes, int count) {
        for (int i = 0; i < count; i++) {
            bytes.put(new byte[32]);
        }
    }

    private static ByteBuffer numbers(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] cut(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static byte[] repaired(byte[] bytes) {
        ByteBuffer frame = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int length = Math.min(bytes.length - Frame.HEAD_BYTES, Math.max(0, frame.getInt(12)));
        return frame.putInt(Frame.CHECKSUM_AT, Frame.checksum(frame, length)).array();
    }

    /** Decodes frames of many seeds and says how many; run in a process of its own with a small heap. */
    public static void main(String[] arguments) {
        MutatedFrames frames = new MutatedFrames();
        int count = Integer.parseInt(arguments[0]);
        int bodies = 0;
        for (int seed = 0; seed < count; seed++) {
            Reached reached = frames.tryOne(seed);
            bodies += reached == Reached.BODY_REFUSED || reached == Reached.ACCEPTED ? 1 : 0;
        }
        System.out.println(count + " frames, " + bodies + " to the body");
    }
}
