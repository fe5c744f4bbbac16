// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A program as syzkaller writes it.
 *
 * @param text the program, with a comment for each step that is lost or changed
 * @param losses what is lost or changed, one sentence a step; empty if the text reads back to the same program
 */
public record SyzText(String text, List<String> losses) {
    public SyzText {
        requireNonNull(text, "text is null");
        losses = List.copyOf(losses);
    }
}
