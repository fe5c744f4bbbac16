// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.trace;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.FormatCheck;

/**
 * The canonical JSON of traces, version 1: keys stand in the order of the records' components, pagemap entries and frames
 * are hexadecimal text, so equal traces have equal text and reading gives the same trace back.
 */
public final class TraceJson {
    public static final String FORMAT = "pinfuzz-trace";
    public static final int VERSION = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private TraceJson() {}

    public static String write(Trace trace) {
        return toJson(trace).toString();
    }

    /** The trace with one step or read a line, for people. */
    public static String writePretty(Trace trace) {
        StringBuilder text = new StringBuilder("{");
        String separator = "";
        for (Map.Entry<String, JsonNode> field : toJson(trace).properties()) {
            text.append(separator).append('"').append(field.getKey()).append("\":");
            if (field.getValue().isArray() && !field.getValue().isEmpty()) {
                String before = "[\n  ";
                for (JsonNode element : field.getValue()) {
                    text.append(before).append(element);
                    before = ",\n  ";
                }
                text.append("\n]");
            } else {
                text.append(field.getValue());
            }
            separator = ",\n";
        }
        return text.append("}\n").toString();
    }

    private static ObjectNode toJson(Trace trace) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("format", FORMAT)
                .put("version", VERSION)
                .put("end", trace.end().name());
        ArrayNode steps = root.putArray("steps");
        for (StepTrace step : trace.steps()) {
            ObjectNode node = steps.addObject();
            node.put("status", step.status().name());
            node.put("result", step.result());
            node.put("fault_mask", step.faultMask());
            step.values().forEach(node.putArray("values")::add);
            ArrayNode mappings = node.putArray("mappings");
            for (MappingFact mapping : step.mappings()) {
                mappings.addObject()
                        .put("task", mapping.task())
                        .put("region", mapping.region())
                        .put("page", mapping.page())
                        .put("entry", Long.toHexString(mapping.entry()));
            }
            writePages(step.pages(), node.putArray("pages"));
            step.accounts().ifPresent(accounts -> {
                ObjectNode written = node.putObject("accounts");
                written.put("log_records", accounts.logRecords());
                if (accounts.logRecords() > 0) {
                    written.put("first_record", accounts.firstRecord());
                }
                if (accounts.pinsKnown()) {
                    written.put("pins_change", accounts.pinsChange());
                }
                accounts.pinnedVm().forEach(written.putArray("pinned_vm")::add);
            });
            node.put("start_us", step.startUs()).put("end_us", step.endUs());
        }
        ArrayNode reads = root.putArray("reads");
        for (EndRead read : trace.reads()) {
            reads.addObject()
                    .put("source", read.source().name())
                    .put("task", read.task())
                    .put("handle", read.handle())
                    .put("page", read.page())
                    .put("faulted", read.faulted())
                    .put("value", read.value())
                    .put("entry", Long.toHexString(read.entry()));
        }
        writePages(trace.endPages(), root.putArray("end_pages"));
        Leftovers left = trace.leftovers();
        root.putObject("leftovers")
                .put("pins", left.pins())
                .put("late_pins", left.latePins())
                .put("pin_descriptors", left.pinDescriptors())
                .put("pinned_frames", left.pinnedFrames())
                .put("processes", left.processes())
                .put("mounts", left.mounts())
                .put("anon_pages", left.anonPages())
                .put("shmem_pages", left.shmemPages())
                .put("huge_pages", left.hugePages());
        return root;
    }

    private static void writePages(List<PageFact> pages, ArrayNode array) {
        for (PageFact page : pages) {
            ObjectNode node = array.addObject()
                    .put("pfn", Long.toHexString(page.pfn()))
                    .put("flags", page.flags())
                    .put("refs", page.refs())
                    .put("pins", page.pins())
                    .put("maps", page.maps())
                    .put("zone", page.zone())
                    .put("migratetype", page.migratetype())
                    .put("node", page.node());
            if (page.order() > 0) {
                node.put("order", page.order());
            }
        }
    }

    /**
     * Reads a trace.
     *
     * @param text the JSON
     * @param origin where it came from, for the error
     * @throws TraceFormatException if it is not a trace of this version
     */
    public static Trace read(String text, String origin) {
        try {
            JsonNode root = MAPPER.readTree(text);
            if (!FORMAT.equals(root.path("format").asText())) {
                throw new TraceFormatException(origin, "\"format\" is not \"" + FORMAT + "\"");
            }
            if (!root.path("version").isInt() || root.path("version").intValue() != VERSION) {
                throw new TraceFormatException(
                        origin,
                        "\"version\" is "
                                + FormatCheck.shortened(root.path("version").toString()) + "; this pinfuzz reads "
                                + VERSION);
            }
            return new Reader(origin).trace(root);
        } catch (JsonProcessingException e) {
            throw new TraceFormatException(origin, FileFailure.reason(e));
        }
    }

    /** Reads the parts, each with its place for the error. */
    private record Reader(String origin) {
        Trace trace(JsonNode root) {
            only(root, "the trace", "format", "version", "end", "steps", "reads", "end_pages", "leftovers");
            JsonNode left = root.path("leftovers");
            only(
                    left,
                    "leftovers",
                    "pins",
                    "late_pins",
                    "pin_descriptors",
                    "pinned_frames",
                    "processes",
                    "mounts",
                    "anon_pages",
                    "shmem_pages",
                    "huge_pages");
            return new Trace(
                    constant(ProgramEnd.class, root, "end"),
                    list(root, "steps", this::step),
                    list(root, "reads", this::endRead),
                    list(root, "end_pages", this::page),
                    new Leftovers(
                            number(left, "pins"),
                            number(left, "late_pins"),
                            number(left, "pin_descriptors"),
                            number(left, "pinned_frames"),
                            number(left, "processes"),
                            number(left, "mounts"),
                            number(left, "anon_pages"),
                            number(left, "shmem_pages"),
                            numberOrZero(left, "huge_pages")));
        }

        private StepTrace step(JsonNode node) {
            only(
                    node,
                    "a step",
                    "status",
                    "result",
                    "fault_mask",
                    "values",
                    "mappings",
                    "pages",
                    "accounts",
                    "start_us",
                    "end_us");
            return new StepTrace(
                    constant(StepStatus.class, node, "status"),
                    wide(node, "result"),
                    number(node, "fault_mask"),
                    list(node, "values", value -> wide(value, "a value")),
                    list(node, "mappings", this::mapping),
                    list(node, "pages", this::page),
                    node.has("accounts") ? Optional.of(accounts(node.path("accounts"))) : Optional.empty(),
                    wide(node, "start_us"),
                    wide(node, "end_us"));
        }

        private Accounts accounts(JsonNode node) {
            only(node, "accounts", "log_records", "first_record", "pins_change", "pinned_vm");
            boolean pinsKnown = node.has("pins_change");
            return new Accounts(
                    number(node, "log_records"),
                    node.path("first_record").asText(""),
                    pinsKnown,
                    pinsKnown ? number(node, "pins_change") : 0,
                    list(node, "pinned_vm", value -> wide(value, "a charge")));
        }

        private MappingFact mapping(JsonNode node) {
            only(node, "a mapping", "task", "region", "page", "entry");
            return new MappingFact(
                    number(node, "task"), number(node, "region"), number(node, "page"), hexadecimal(node, "entry"));
        }

        private PageFact page(JsonNode node) {
            only(node, "a page", "pfn", "flags", "refs", "pins", "maps", "zone", "migratetype", "node", "order");
            return new PageFact(
                    hexadecimal(node, "pfn"),
                    number(node, "flags"),
                    number(node, "refs"),
                    number(node, "pins"),
                    number(node, "maps"),
                    number(node, "zone"),
                    number(node, "migratetype"),
                    number(node, "node"),
                    node.has("order") ? number(node, "order") : 0);
        }

        private EndRead endRead(JsonNode node) {
            only(node, "a read", "source", "task", "handle", "page", "faulted", "value", "entry");
            if (!node.path("faulted").isBoolean()) {
                throw wrong("faulted", node.path("faulted"), "true or false");
            }
            return new EndRead(
                    constant(EndRead.Source.class, node, "source"),
                    number(node, "task"),
                    number(node, "handle"),
                    number(node, "page"),
                    node.path("faulted").booleanValue(),
                    wide(node, "value"),
                    hexadecimal(node, "entry"));
        }

        private void only(JsonNode node, String what, String... names) {
            if (!node.isObject()) {
                throw wrong(what, node, "an object");
            }
            for (Iterator<String> fields = node.fieldNames(); fields.hasNext(); ) {
                String name = fields.next();
                if (!Set.of(names).contains(name)) {
                    throw new TraceFormatException(
                            origin, what + " has an unknown field \"" + FormatCheck.shortened(name) + "\"");
                }
            }
        }

        private <T> List<T> list(JsonNode node, String name, Function<JsonNode, T> element) {
            if (!node.path(name).isArray()) {
                throw wrong(name, node.path(name), "an array");
            }
            List<T> list = new ArrayList<>();
            node.path(name).forEach(child -> list.add(element.apply(child)));
            return list;
        }

        private int number(JsonNode node, String name) {
            if (!node.path(name).isInt()) {
                throw wrong(name, node.path(name), "a whole number");
            }
            return node.path(name).intValue();
        }

        /** A number that traces did not have from the start. */
        private int numberOrZero(JsonNode node, String name) {
            return node.has(name) ? number(node, name) : 0;
        }

        /** A 64-bit number: a field of an object, or the node itself where it is an element of an array. */
        private long wide(JsonNode node, String name) {
            JsonNode value = node.isObject() ? node.path(name) : node;
            if (!value.canConvertToLong() || !value.isIntegralNumber()) {
                throw wrong(name, value, "a whole number");
            }
            return value.longValue();
        }

        private long hexadecimal(JsonNode node, String name) {
            String text = node.path(name).asText();
            if (!node.path(name).isTextual() || !text.matches("[0-9a-f]{1,16}")) {
                throw wrong(name, node.path(name), "a hexadecimal number");
            }
            return Long.parseUnsignedLong(text, 16);
        }

        private <E extends Enum<E>> E constant(Class<E> type, JsonNode node, String name) {
            for (E constant : type.getEnumConstants()) {
                if (constant.name().equals(node.path(name).asText())) {
                    return constant;
                }
            }
            throw wrong(name, node.path(name), "one of " + List.of(type.getEnumConstants()));
        }

        private TraceFormatException wrong(String name, JsonNode value, String wanted) {
            String shown = value.isMissingNode() ? "missing" : FormatCheck.shortened(value.toString());
            return new TraceFormatException(origin, name + " is " + shown + ", not " + wanted);
        }
    }
}
