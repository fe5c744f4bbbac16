// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.generators.failure;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Whether a JSON document is what its reader takes it for: it opens with a format and a version, its fields have types. */
public final class FormatCheck {
    private static final int SHOWN = 60;

    private FormatCheck() {}

    /**
     * Refuses a document that says of itself that it is something else.
     *
     * @throws IllegalArgumentException with what it is
     */
    public static void require(JsonNode root, String format, int version) {
        JsonNode found = root.path("version");
        if (!root.path("format").isTextual() || !root.path("format").asText().equals(format)) {
            throw new IllegalArgumentException("it is not " + format + " version " + version);
        }
        if (!found.isInt() || found.intValue() != version) {
            throw new IllegalArgumentException("it is not " + format + " version " + version + " but " + shown(found)
                    + (found.isInt() && found.intValue() > version ? "; use a newer pinfuzz" : ""));
        }
    }

    /** A text; the field must be there. */
    public static String text(JsonNode root, String field) {
        return typed(root, field, root.path(field).isTextual(), "a text").textValue();
    }

    /** A text, or another where the field is not there. */
    public static String text(JsonNode root, String field, String otherwise) {
        return root.has(field) ? text(root, field) : otherwise;
    }

    /** A whole number that is not negative; the field must be there. */
    public static int count(JsonNode root, String field) {
        JsonNode value = root.path(field);
        return typed(root, field, value.isInt() && value.intValue() >= 0, "a count")
                .intValue();
    }

    /** A whole number of 64 bits; the field must be there. */
    public static long number(JsonNode root, String field) {
        JsonNode value = root.path(field);
        return typed(root, field, value.isIntegralNumber() && value.canConvertToLong(), "a whole number")
                .longValue();
    }

    /** A list of texts; the field must be there. */
    public static List<String> texts(JsonNode root, String field) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : typed(root, field, root.path(field).isArray(), "a list of texts")) {
            typed(root, field, element.isTextual(), "a list of texts");
            texts.add(element.textValue());
        }
        return texts;
    }

    /** A list of texts, or another where the field is not there. */
    public static List<String> texts(JsonNode root, String field, List<String> otherwise) {
        return root.has(field) ? texts(root, field) : otherwise;
    }

    private static JsonNode typed(JsonNode root, String field, boolean fits, String wanted) {
        if (!fits) {
            throw new IllegalArgumentException("\"" + field + "\" is " + shown(root.path(field)) + ", not " + wanted);
        }
        return root.path(field);
    }

    private static String shown(JsonNode value) {
        if (value.isMissingNode()) {
            return "missing";
        }
        return shortened(value.toString());
    }

    /** A text of a file for a message: its beginning. */
    public static String shortened(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }
}
