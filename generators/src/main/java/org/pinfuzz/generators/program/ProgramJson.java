// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.program;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.FormatCheck;

/**
 * The canonical JSON of programs, version 1:
 * {@code {"format":"pinfuzz-program","version":1,"steps":[{"lane":0,"task":"t0","operation":"mmap","region":"r0",…}]}}.
 * Keys stand in the order of declaration, so equal programs have equal text.
 */
public final class ProgramJson {
    public static final String FORMAT = "pinfuzz-program";
    public static final int VERSION = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Alphabet alphabet;

    public ProgramJson(Alphabet alphabet) {
        this.alphabet = requireNonNull(alphabet, "alphabet is null");
    }

    public ObjectNode toJson(Program program) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT).put("version", VERSION);
        ArrayNode steps = root.putArray("steps");
        for (Step step : program.steps()) {
            ObjectNode node = steps.addObject();
            node.put("lane", step.lane());
            node.put("task", HandleKind.TASK.text(step.task()));
            node.put("operation", step.operation().name());
            List<Parameter> parameters = step.operation().parameters();
            for (int i = 0; i < parameters.size(); i++) {
                if (parameters.get(i) instanceof Parameter.Count) {
                    node.put(parameters.get(i).name(), step.arguments().get(i));
                } else {
                    node.put(parameters.get(i).name(), step.valueText(i));
                }
            }
        }
        return root;
    }

    public String write(Program program) {
        return toJson(program).toString();
    }

    /** The program with one step a line, for people. */
    public String writePretty(Program program) {
        StringBuilder text = new StringBuilder();
        text.append("{\"format\":\"")
                .append(FORMAT)
                .append("\",\"version\":")
                .append(VERSION)
                .append(",\"steps\":[");
        String separator = "\n  ";
        for (JsonNode step : toJson(program).get("steps")) {
            text.append(separator).append(step);
            separator = ",\n  ";
        }
        return text.append("\n]}\n").toString();
    }

    /** The identity of a program: SHA-256 of its canonical JSON with canonical handles, in hexadecimal. */
    public String digest(Program program) {
        try {
            byte[] text = write(program.canonical()).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Reads a program.
     *
     * @param text the JSON
     * @param origin where it came from, for the error
     * @throws ProgramFormatException with every problem of the text
     */
    public Program read(String text, String origin) {
        try {
            return fromJson(MAPPER.readTree(text), origin);
        } catch (JsonProcessingException e) {
            throw new ProgramFormatException(origin, List.of(FileFailure.reason(e)));
        }
    }

    /** The program in a parsed document; see {@link #read}. */
    public Program fromJson(JsonNode root, String origin) {
        List<String> problems = new ArrayList<>();
        if (root == null || !root.isObject()) {
            throw new ProgramFormatException(origin, List.of("is not a JSON object"));
        }
        if (!FORMAT.equals(root.path("format").asText())) {
            throw new ProgramFormatException(origin, List.of("\"format\" is not \"" + FORMAT + "\""));
        }
        if (!root.path("version").isInt() || root.path("version").intValue() != VERSION) {
            throw new ProgramFormatException(
                    origin,
                    List.of("\"version\" is " + shown(root.path("version")) + "; this pinfuzz reads " + VERSION));
        }
        if (!root.path("steps").isArray()) {
            throw new ProgramFormatException(origin, List.of("\"steps\" is not an array"));
        }
        if (root.path("steps").size() > Program.MAX_STEPS) {
            throw new ProgramFormatException(
                    origin, List.of("has " + root.path("steps").size() + " steps, more than " + Program.MAX_STEPS));
        }
        reportUnknown(root, new TreeSet<>(List.of("format", "version", "steps")), "the program", problems);
        List<Step> steps = new ArrayList<>();
        int index = 0;
        for (JsonNode node : root.path("steps")) {
            readStep(node, "step " + index, steps, problems);
            index++;
        }
        if (problems.isEmpty()) {
            try {
                return new Program(steps);
            } catch (IllegalArgumentException e) {
                problems.add(e.getMessage());
            }
        }
        throw new ProgramFormatException(origin, problems);
    }

    private void readStep(JsonNode node, String where, List<Step> steps, List<String> problems) {
        OperationType operation =
                alphabet.named(node.path("operation").asText("")).orElse(null);
        if (operation == null) {
            JsonNode name = node.path("operation");
            problems.add(
                    name.isMissingNode()
                            ? where + ".operation is missing"
                            : where + ": there is no operation " + shown(name));
            return;
        }
        int before = problems.size();
        TreeSet<String> known = new TreeSet<>(List.of("lane", "task", "operation"));
        int lane = number(node.path("lane"), where + ".lane", problems);
        int task = handle(node.path("task"), HandleKind.TASK, where + ".task", problems);
        List<Integer> arguments = new ArrayList<>();
        for (Parameter parameter : operation.parameters()) {
            known.add(parameter.name());
            JsonNode value = node.path(parameter.name());
            String what = where + "." + parameter.name();
            if (parameter instanceof Parameter.Creates creates) {
                arguments.add(handle(value, creates.kind(), what, problems));
            } else if (parameter instanceof Parameter.Uses uses) {
                arguments.add(handle(value, uses.kind(), what, problems));
            } else if (parameter instanceof Parameter.Choice choice) {
                int at = value.isTextual() ? choice.constants().indexOf(value.textValue()) : -1;
                if (at < 0) {
                    problems.add(what + " is " + shown(value) + ", not one of " + choice.constants());
                }
                arguments.add(at);
            } else {
                arguments.add(number(value, what, problems));
            }
        }
        reportUnknown(node, known, where, problems);
        if (problems.size() == before) {
            try {
                steps.add(new Step(lane, task, operation, arguments));
            } catch (IllegalArgumentException e) {
                problems.add(where + ": " + e.getMessage());
            }
        }
    }

    private static void reportUnknown(JsonNode node, TreeSet<String> known, String where, List<String> problems) {
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                problems.add(where + " has an unknown field \"" + FormatCheck.shortened(name) + "\"");
            }
        }
    }

    private static int number(JsonNode value, String what, List<String> problems) {
        if (!value.isInt()) {
            problems.add(what + " is " + shown(value) + ", not a whole number");
            return -1;
        }
        return value.intValue();
    }

    private static int handle(JsonNode value, HandleKind kind, String what, List<String> problems) {
        String text = value.isTextual() ? value.textValue() : "";
        if (!text.matches(kind.letter() + "[0-9]{1,3}")) {
            problems.add(what + " is " + shown(value) + ", not a handle like " + kind.text(0));
            return -1;
        }
        return Integer.parseInt(text.substring(1));
    }

    private static String shown(JsonNode value) {
        if (value.isMissingNode()) {
            return "missing";
        }
        return FormatCheck.shortened(value.toString());
    }
}
