// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.export;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of a program in another language.
 *
 * @param files texts by name, the one that matters first
 * @param notes what was chosen and what was lost, for the user
 */
public record Exported(Map<String, String> files, List<String> notes) {
    public Exported {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
        notes = List.copyOf(notes);
        if (files.isEmpty()) {
            throw new IllegalArgumentException("an export has no file");
        }
    }
}
