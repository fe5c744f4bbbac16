// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a violation was seen: all that somebody needs to see it again.
 *
 * @param kernelRelease the kernel's release text
 * @param details what else the runner knows, in the order in which it shall be shown: versions, digests, arguments
 */
public record Environment(String kernelRelease, Map<String, String> details) {
    public static final String FORMAT = "pinfuzz-environment";
    public static final int VERSION = 1;

    public Environment {
        requireNonNull(kernelRelease, "kernelRelease is null");
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    String toJson() {
        ObjectNode root = new JsonMapper().createObjectNode();
        root.put("format", FORMAT).put("version", VERSION).put("kernel_release", kernelRelease);
        details.forEach(root::put);
        return root.toPrettyString() + "\n";
    }
}
