// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinfuzz.generators.failure.FileFailure;
import org.pinfuzz.generators.failure.FormatCheck;

/**
 * Where a violation was seen: all that somebody needs to see it again.
 *
 * @param kernelRelease the kernel's release text
 * @param profile the guests' profile; empty where there are no guests
 * @param replayOptions options of {@code pinfuzz replay} that make the same guests
 * @param details what else the runner knows, in the order in which it shall be shown: versions, digests, arguments
 */
public record Environment(
        String kernelRelease, String profile, List<String> replayOptions, Map<String, String> details) {
    public static final String FORMAT = "pinfuzz-environment";
    public static final int VERSION = 1;

    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public Environment {
        requireNonNull(kernelRelease, "kernelRelease is null");
        requireNonNull(profile, "profile is null");
        replayOptions = List.copyOf(replayOptions);
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** An environment without guests, which needs no options to be had again. */
    public Environment(String kernelRelease, Map<String, String> details) {
        this(kernelRelease, "", List.of(), details);
    }

    /**
     * The options of an environment that was stored.
     *
     * @throws IllegalArgumentException if the text is no environment
     */
    public static List<String> replayOptions(String json) {
        try {
            JsonNode root = STRICT.readTree(json);
            FormatCheck.require(root, FORMAT, VERSION);
            return FormatCheck.texts(root, "replay_options");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(FileFailure.reason(e), e);
        }
    }

    String toJson() {
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("format", FORMAT)
                .put("version", VERSION)
                .put("kernel_release", kernelRelease)
                .put("profile", profile);
        ArrayNode options = root.putArray("replay_options");
        replayOptions.forEach(options::add);
        details.forEach(root::put);
        return root.toPrettyString() + "\n";
    }
}
