// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.regress;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.pinfuzz.corpus.StoreException;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.FormatCheck;

/**
 * The results of all cases on one kernel, for machines: JUnit's XML, TAP, and JSON, which is the record that a later run is
 * compared with.
 *
 * @param kernelRelease the kernel's release text
 */
public record RegressReport(String kernelRelease, List<RegressResult> results) {
    public static final String FORMAT = "pinfuzz-regress";
    public static final int VERSION = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public RegressReport {
        requireNonNull(kernelRelease, "kernelRelease is null");
        results = List.copyOf(results);
    }

    /** How many cases stand so. */
    public long count(Standing standing) {
        return results.stream().filter(result -> result.standing() == standing).count();
    }

    /** Adds the results to a JSON document. */
    public void fill(ObjectNode root) {
        root.put("kernel", kernelRelease);
        ObjectNode counts = root.putObject("counts");
        for (Standing standing : Standing.values()) {
            counts.put(standing.toString(), count(standing));
        }
        for (RegressResult result : results) {
            ObjectNode node = root.withArray("cases").addObject();
            node.put("name", result.regressCase().name())
                    .put("title", result.regressCase().title())
                    .put("profile", result.regressCase().profile())
                    .put("standing", result.standing().toString())
                    .put("note", result.note())
                    .put("wall_ms", result.wallMs());
            result.seen().ifPresent(seen -> put(node.putObject("seen"), seen));
            result.regressCase().recorded().ifPresent(recorded -> put(node.putObject("recorded"), recorded));
        }
    }

    private static void put(ObjectNode node, Recorded recorded) {
        node.put("hits", recorded.hits()).put("runs", recorded.runs());
        recorded.invariants().forEach(node.putArray("invariants")::add);
    }

    /**
     * What an earlier report saw of each case; of those that were not run or not judged, what it had as recorded.
     *
     * @param origin where it came from, for the error
     * @throws StoreException if it is no report of this version
     */
    public static Map<String, Recorded> read(String json, String origin) {
        try {
            JsonNode root = MAPPER.readTree(json);
            FormatCheck.require(root, FORMAT, VERSION);
            if (!root.path("cases").isArray()) {
                throw new IllegalArgumentException("\"cases\" is not a list");
            }
            Map<String, Recorded> known = new LinkedHashMap<>();
            for (JsonNode node : root.path("cases")) {
                String name = FormatCheck.text(node, "name");
                JsonNode last = node.has("seen") ? node.path("seen") : node.path("recorded");
                if (!last.isMissingNode()) {
                    known.put(
                            name,
                            new Recorded(
                                    FormatCheck.count(last, "hits"),
                                    FormatCheck.count(last, "runs"),
                                    new TreeSet<>(FormatCheck.texts(last, "invariants"))));
                }
            }
            return known;
        } catch (JsonProcessingException e) {
            throw new StoreException("reading the baseline " + origin + " failed: " + FileFailure.reason(e));
        } catch (IllegalArgumentException e) {
            throw new StoreException("reading the baseline " + origin + " failed: " + e.getMessage());
        }
    }

    /** TAP, version 14. What is known to fail is a TODO there, so that a reader of TAP counts what is new alone. */
    public String tap() {
        StringBuilder text = new StringBuilder("TAP version 14\n1.." + results.size() + "\n");
        int number = 0;
        for (RegressResult result : results) {
            number++;
            boolean ok =
                    Set.of(Standing.PASSED, Standing.FIXED, Standing.SKIPPED).contains(result.standing());
            text.append(ok ? "ok " : "not ok ").append(number).append(" - ");
            text.append(escaped(result.regressCase().name()));
            switch (result.standing()) {
                case KNOWN, FLAKY ->
                    text.append(" # TODO ")
                            .append(result.standing())
                            .append(", ")
                            .append(line(seen(result)));
                case SKIPPED -> text.append(" # SKIP ").append(line(result.note()));
                default -> {}
            }
            text.append('\n');
            if (result.standing() == Standing.NEW
                    || result.standing() == Standing.UNKNOWN
                    || result.standing() == Standing.FIXED) {
                text.append("  ---\n  standing: ").append(result.standing());
                text.append("\n  title: ").append(quoted(result.regressCase().title()));
                text.append("\n  seen: ").append(quoted(seen(result)));
                text.append("\n  note: ").append(quoted(result.note())).append("\n  ...\n");
            }
        }
        return text.toString();
    }

    private static String seen(RegressResult result) {
        return result.seen().map(Recorded::toString).orElse("not judged");
    }

    private static String escaped(String name) {
        return line(name).replace("\\", "\\\\").replace("#", "\\#");
    }

    private static String line(String text) {
        return text.replaceAll("\\p{Cntrl}+", " ").strip();
    }

    /** A text of YAML in single quotes. */
    private static String quoted(String text) {
        return "'" + line(text).replace("'", "''") + "'";
    }

    /** JUnit's XML as CI servers read it: what is new is a failure, what is known is skipped with the reason. */
    public String junit() {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", clean("pinfuzz regress on " + kernelRelease));
            xml.writeAttribute("tests", Integer.toString(results.size()));
            xml.writeAttribute("failures", Long.toString(count(Standing.NEW)));
            xml.writeAttribute("errors", Long.toString(count(Standing.UNKNOWN)));
            long skipped = count(Standing.KNOWN) + count(Standing.FLAKY) + count(Standing.SKIPPED);
            xml.writeAttribute("skipped", Long.toString(skipped));
            long wallMs = results.stream().mapToLong(RegressResult::wallMs).sum();
            xml.writeAttribute("time", seconds(wallMs));
            for (RegressResult result : results) {
                write(result, xml);
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeCharacters("\n");
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a writer of text failed", e);
        }
        return text.toString();
    }

    private static void write(RegressResult result, XMLStreamWriter xml) throws XMLStreamException {
        String name = result.regressCase().name();
        int slash = name.lastIndexOf('/');
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", clean(slash < 0 ? "pinfuzz" : name.substring(0, slash)));
        xml.writeAttribute("name", clean(name.substring(slash + 1)));
        xml.writeAttribute("time", seconds(result.wallMs()));
        String message = result.standing() + ", " + seen(result) + "; " + result.note();
        switch (result.standing()) {
            case NEW -> element("failure", message, result.regressCase().title(), xml);
            case UNKNOWN -> element("error", message, result.regressCase().title(), xml);
            case KNOWN, FLAKY, SKIPPED -> element("skipped", message, "", xml);
            case FIXED -> {
                xml.writeStartElement("system-out");
                xml.writeCharacters(clean(message));
                xml.writeEndElement();
            }
            case PASSED -> {}
        }
        xml.writeEndElement();
    }

    private static void element(String name, String message, String text, XMLStreamWriter xml)
            throws XMLStreamException {
        xml.writeStartElement(name);
        xml.writeAttribute("message", clean(message));
        xml.writeCharacters(clean(text));
        xml.writeEndElement();
    }

    /** Without the characters that XML cannot hold; a guest's console may have any. */
    private static String clean(String text) {
        return text.replaceAll("[^\\x09\\x0A\\x0D\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "?");
    }

    private static String seconds(long ms) {
        return String.format(Locale.ROOT, "%.3f", ms / 1000.0);
    }
}
