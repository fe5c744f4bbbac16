// SPDX-License-Identifier: Apache-2.0
package org.pinfuzz.triage.syz;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.pinfuzz.generators.program.Program;

/**
 * What a program of syzkaller became.
 *
 * @param program the calls that pinfuzz has operations for
 * @param notes what was left out or read as something like it, one sentence each with its line
 */
public record SyzProgram(Program program, List<String> notes) {
    public SyzProgram {
        requireNonNull(program, "program is null");
        notes = List.copyOf(notes);
    }
}
