// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.vm.qemu;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** QEMU's monitor: one JSON object a line, commands answered in order, events in between passed over. */
public final class Qmp implements AutoCloseable {
    private static final int MAX_LINE_BYTES = 1 << 20;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final UnixChannel channel;
    private final ByteBuffer bytes = ByteBuffer.allocate(MAX_LINE_BYTES);

    private Qmp(UnixChannel channel) {
        this.channel = channel;
    }

    /** Takes QEMU's greeting and turns on its commands. */
    static Qmp open(UnixChannel channel, long deadlineNs) throws IOException {
        Qmp qmp = new Qmp(channel);
        JsonNode greeting = qmp.line(deadlineNs);
        if (!greeting.has("QMP")) {
            throw new QmpException("QEMU's monitor does not greet but says " + greeting);
        }
        qmp.execute("qmp_capabilities");
        return qmp;
    }

    /** Runs a command without arguments. */
    public JsonNode execute(String command) throws IOException {
        return execute(command, Map.of());
    }

    /**
     * Runs a command.
     *
     * @return what it returns
     * @throws QmpException when QEMU refuses it or does not answer
     */
    public JsonNode execute(String command, Map<String, Object> arguments) throws IOException {
        ObjectNode request = MAPPER.createObjectNode().put("execute", command);
        if (!arguments.isEmpty()) {
            request.set("arguments", MAPPER.valueToTree(arguments));
        }
        channel.send(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
        long deadlineNs = System.nanoTime() + ANSWER_LIMIT.toNanos();
        while (true) {
            JsonNode answer = line(deadlineNs);
            if (answer.has("return")) {
                return answer.get("return");
            }
            if (answer.has("error")) {
                throw new QmpException("QEMU refused " + command + ": "
                        + answer.path("error").path("desc").asText());
            }
        }
    }

    private JsonNode line(long deadlineNs) throws IOException {
        while (true) {
            for (int i = 0; i < bytes.position(); i++) {
                if (bytes.get(i) == '\n') {
                    return take(i);
                }
            }
            if (!bytes.hasRemaining()) {
                throw new QmpException("QEMU's monitor sent a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            int count = channel.receive(bytes, deadlineNs);
            if (count == UnixChannel.CLOSED) {
                throw new QmpException("QEMU's monitor is closed");
            }
            if (count == 0) {
                throw new QmpException("QEMU's monitor does not answer");
            }
        }
    }

    private JsonNode take(int length) throws IOException {
        String text = new String(bytes.array(), 0, length, StandardCharsets.UTF_8);
        bytes.flip().position(length + 1);
        bytes.compact();
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new QmpException("QEMU's monitor sent no JSON: " + e.getOriginalMessage());
        }
    }

    @Override
    public void close() {
        channel.close();
    }
}
