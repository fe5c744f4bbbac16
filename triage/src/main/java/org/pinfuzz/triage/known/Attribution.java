// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.known;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Which known bugs explain a finding, and which do not although they look like it.
 *
 * @param matches known bugs that the finding looks like and that its kernel has
 * @param mended known bugs that it looks like and that its kernel should not have
 * @param compared how many known bugs it was compared with
 */
public record Attribution(List<KnownBug> matches, List<KnownBug> mended, int compared) {
    public Attribution {
        matches = List.copyOf(matches);
        mended = List.copyOf(mended);
    }

    /** Ids of the matches. */
    public List<String> ids() {
        return matches.stream().map(KnownBug::id).toList();
    }

    /** In one sentence without a full stop; empty if there was nothing to compare with. */
    public String sentence() {
        return sentence(ids(), compared);
    }

    /** The same, of a finding that was stored. */
    public static String sentence(List<String> ids, int compared) {
        if (!ids.isEmpty()) {
            return "known bug " + String.join(", ", ids);
        }
        return compared == 0 ? "" : "matches none of the " + compared + " known bugs";
    }

    /** Which bugs it is like and is not explained by; empty if there is none. */
    public String notExplained() {
        return mended.stream()
                .map(bug -> "It looks like " + bug.id() + " (" + bug.span() + "), which this kernel should not have.")
                .collect(Collectors.joining(" "));
    }
}
